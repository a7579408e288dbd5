"""What experiments are judged by and what came of it, by rows worked out by hand.

Each test lands a few records, builds, lands others, builds again, and compares the sums with those
written here and with a full refresh. Random experiments are in `test_laws`. The analysis itself is
tested where it is written; here its rows are made up.
"""

import random
from typing import Any

import psycopg

from loaders.settings import Settings
from tests.dbt_in_process import DbtInProcess
from tests.integration.conftest import Land, Query
from tests.integration.marts import alone, assert_full_refresh_changes_nothing, build
from tests.short_records import entity, event

SUMS = ("int_experiment_statistics", "int_experiment_variants_counted")
MARTS = ("experiments", "experiment_results")
LIKES = {"name": "likes", "event": "post_like", "type": "count"}
LIKED = {"name": "liked", "event": "post_like", "type": "conversion"}
STATISTICS = """
    select
        concat_ws(' ', metric_name, variant) as which,
        array[users, sum_y, sum_y_squared, sum_x, sum_x_squared, sum_xy]::int[] as sums
    from intermediate.int_experiment_statistics
"""
VARIANTS = """
    select variant, array[variant_position, users, contaminated_users]::int[] as counts
    from intermediate.int_experiment_variants_counted
"""
NOTHING = [0, 0, 0, 0, 0]


def _assigned(user: str, day: int, variant: str) -> dict[str, Any]:
    data = {"experimentId": "feed", "variant": variant}
    ref = f"assigned {user} {variant}"[:200]
    return event(ref, "experiment_assigned", user, f"2024-03-{day:02}T10:00:00Z", **data)


def _liked(user: str, day: int, hour: int = 10) -> dict[str, Any]:
    ref = f"liked {user} {day} {hour}"
    return event(ref, "post_like", user, f"2024-03-{day:02}T{hour:02}:00:00Z", postId="p")


def _entity(day: int, *metrics: object, **data: object) -> dict[str, Any]:
    """The experiment as the application has it since a day of April, when all is over."""
    told = {"variants": ["control", "b"], "targetMetrics": list(metrics)} | data
    return entity("experiment", "feed", f"2024-04-{day:02}T00:00:00Z", **told)


def _statistics(query: Query) -> dict[str, list[int]]:
    """Users, y, y², x, x² and xy by metric and variant."""
    return {row["which"]: row["sums"] for row in query(STATISTICS)}


def _variants(query: Query) -> dict[str, list[int | None]]:
    """Place, users and contaminated users by variant."""
    return {row["variant"]: row["counts"] for row in query(VARIANTS)}


def test_an_entity_that_lands_after_the_assignments_says_what_to_count(
    database: Settings, dbt: DbtInProcess, query: Query, land: Land
) -> None:
    land([_assigned("asha", 15, "control"), _assigned("bikram", 15, "b"), _liked("asha", 15)])
    land([_liked("asha", 20), _liked("asha", 14), _liked("asha", 1), _liked("asha", 1, hour=9)])
    build(dbt, database, *alone(*SUMS))
    assert _variants(query) == {"control": [None, 1, 0], "b": [None, 1, 0]}
    assert _statistics(query) == {}

    land([_entity(1, LIKES, LIKED, variants=["control", "b", "idle"])])
    build(dbt, database, *alone(*SUMS))
    assert _variants(query) == {"control": [1, 1, 0], "b": [2, 1, 0], "idle": [3, 0, 0]}
    # Day 1 at 10 is 14 days before, day 1 at 9 is longer ago; day 15 is the assignment itself.
    assert _statistics(query) == {
        "likes control": [1, 2, 4, 2, 4, 4],
        "liked control": [1, 1, 1, 1, 1, 1],
        **{f"{metric} b": [1, *NOTHING] for metric in ("likes", "liked")},
        **{f"{metric} idle": [0, *NOTHING] for metric in ("likes", "liked")},
    }
    assert_full_refresh_changes_nothing(dbt, database, query, marts=SUMS)


def test_an_earlier_end_another_event_and_a_removal_change_what_is_counted(
    database: Settings, dbt: DbtInProcess, query: Query, land: Land
) -> None:
    land([_assigned("asha", 5, "b"), *(_liked("asha", day) for day in (6, 7, 8))])
    land([event("viewed", "page_view", "asha", "2024-03-07T10:00:00Z"), _entity(1, LIKES, LIKED)])
    build(dbt, database, *alone(*SUMS))
    assert _statistics(query)["likes b"] == [1, 3, 9, 0, 0, 0]

    land([_entity(2, LIKES, LIKED, endDate="2024-03-07T10:00:00Z", name="ends with an event")])
    build(dbt, database, *alone(*SUMS))
    assert _statistics(query)["likes b"] == [1, 2, 4, 0, 0, 0]
    assert _statistics(query)["liked b"] == [1, 1, 1, 0, 0, 0]

    # One metric now counts another event, one has another name: the old name is no more.
    land([_entity(3, LIKES | {"event": "page_view"}, LIKED | {"name": "renamed"})])
    build(dbt, database, *alone(*SUMS))
    assert _statistics(query) == {
        "likes b": [1, 1, 1, 0, 0, 0],
        "renamed b": [1, 1, 1, 0, 0, 0],
        "likes control": [0, *NOTHING],
        "renamed control": [0, *NOTHING],
    }

    land([_entity(4), _liked("asha", 9)])
    build(dbt, database, *alone(*SUMS))
    assert _statistics(query) == {}

    land([_entity(5, LIKES)])
    build(dbt, database, *alone(*SUMS))
    assert _statistics(query)["likes b"] == [1, 4, 16, 0, 0, 0]
    assert_full_refresh_changes_nothing(dbt, database, query, marts=SUMS)


def test_a_second_variant_takes_a_user_out_until_its_consent_is_withdrawn(
    database: Settings, dbt: DbtInProcess, query: Query, land: Land
) -> None:
    land([_entity(1, LIKES), _assigned("asha", 5, "b"), _liked("asha", 6), _liked("asha", 8)])
    build(dbt, database, *alone(*SUMS))
    land([_assigned("asha", 7, "undeclared")])
    build(dbt, database, *alone(*SUMS))
    assert _variants(query) == {"control": [1, 0, 0], "b": [2, 0, 1]}
    assert _statistics(query) == {"likes control": [0, *NOTHING], "likes b": [0, *NOTHING]}

    # What is suppressed neither contaminates nor counts.
    land([event("consent", "consent_updated", "asha", "2024-03-07T00:00:00Z", analytics=False)])
    build(dbt, database, *alone(*SUMS))
    assert _variants(query) == {"control": [1, 0, 0], "b": [2, 1, 0]}
    assert _statistics(query)["likes b"] == [1, 1, 1, 0, 0, 0]

    # An assignment that lands late comes first: from now on its variant, its time.
    land([_assigned("asha", 6, "b") | {"eventId": "again"}, _assigned("asha", 4, "control")])
    land([event("early", "consent_updated", "asha", "2024-03-04T12:00:00Z", analytics=False)])
    build(dbt, database, *alone(*SUMS))
    assert _variants(query) == {"control": [1, 1, 0], "b": [2, 0, 0]}
    assert _statistics(query) == {"likes control": [1, *NOTHING], "likes b": [0, *NOTHING]}
    assert_full_refresh_changes_nothing(dbt, database, query, marts=SUMS)


def test_builds_of_some_models_only_count_nothing_twice(
    database: Settings, dbt: DbtInProcess, query: Query, land: Land
) -> None:
    land([_entity(1, LIKES), _assigned("asha", 5, "b")])
    build(dbt, database, *alone(*SUMS))
    land([_liked("asha", 6), _assigned("bikram", 5, "b")])
    build(dbt, database, *alone("int_experiment_outcomes"))
    for _ in range(2):
        build(dbt, database, "--select", "int_experiment_outcomes_summed")
        assert _statistics(query)["likes b"] == [2, 1, 1, 0, 0, 0]

    land([_liked("asha", 7)])
    build(dbt, database, *alone(*SUMS))
    assert _statistics(query)["likes b"] == [2, 2, 4, 0, 0, 0]
    assert_full_refresh_changes_nothing(dbt, database, query, marts=SUMS)


def test_an_entity_that_measures_as_before_looks_nobody_up(
    database: Settings, dbt: DbtInProcess, query: Query, land: Land
) -> None:
    land([_entity(1, LIKES), _assigned("asha", 5, "b"), _liked("asha", 6)])
    build(dbt, database, *alone(*SUMS))
    land([_entity(2, LIKES, name="renamed", trafficAllocation={"b": 1})])
    build(dbt, database, *alone(*SUMS))

    newest = query("select max(build_id) from intermediate.builds")[0]["max"]
    written = "select max(build_id) as build from intermediate."
    assert query(f"{written}int_experiments_measured")[0]["build"] < newest
    # The analysis, whose sample ratio may be another now, is told all the same.
    assert query(f"{written}int_experiment_variants_counted")[0]["build"] == newest
    assert query(f"{written}int_experiment_statistics")[0]["build"] == newest


def test_names_longer_than_an_index_page_stop_no_build(
    database: Settings, dbt: DbtInProcess, query: Query, land: Land
) -> None:
    chance = random.Random(1)
    # Random, as a text that repeats itself would be compressed into a page.
    endless = "".join(chr(chance.randrange(0x4E00, 0x9FFF)) for _ in range(50_000))
    land([_entity(1, LIKES | {"name": endless}, variants=[endless]), _liked("asha", 6)])
    land([_assigned("asha", 5, endless)])
    build(dbt, database, *alone(*SUMS, *MARTS))
    assert _statistics(query) == {f"{endless} {endless}": [1, 1, 1, 0, 0, 0]}

    _analyse(database, variant=endless, metric=endless)
    build(dbt, database, *alone(*MARTS))
    assert query("select winning_variant from marts.experiments") == [{"winning_variant": endless}]


def _analyse(
    database: Settings, p_value: float | None = 0.01, variant: str = "b", metric: str = "likes"
) -> None:
    """Land what an analysis of every experiment might find; without a p-value, no results."""
    with psycopg.connect(database.conninfo()) as connection:
        connection.execute("delete from analysis.experiment_analyses")
        connection.execute("delete from analysis.experiment_results")
        connection.execute(
            "insert into analysis.experiment_analyses"
            " select id, 'control', 0.5, 10, 3, null, max(build_id)"
            " from marts.experiments cross join intermediate.builds group by id"
        )
        connection.execute(
            "insert into analysis.experiment_results (experiment_id, metric_name, metric_position,"
            " metric_type, variant, is_control, users, difference, p_value_adjusted, build_id)"
            " select experiment_id, %s, 1, 'count', %s, false, 10, 0.5, %s, build_id"
            " from analysis.experiment_analyses where %s::float is not null",
            (metric, variant, p_value, p_value),
        )


def _judged(query: Query) -> list[tuple[Any, ...]]:
    """Ref, significance, winner, sample ratio and contaminated users of each experiment."""
    found = query(
        "select experiment_ref, statistical_significance::float, winning_variant,"
        " srm_p_value::float, contaminated_users from marts.experiments order by 1"
    )
    return [tuple(row.values()) for row in found]


def test_results_follow_the_analysis_whenever_it_ran(
    database: Settings, dbt: DbtInProcess, query: Query, land: Land
) -> None:
    land([_entity(1, LIKES), _assigned("asha", 5, "b")])
    build(dbt, database)
    assert _judged(query) == [("feed", None, None, None, None)]
    assert query("select * from marts.experiment_results") == []

    # After a build of everything, and before one of what reads it.
    _analyse(database)
    build(dbt, database, "--select", "experiment_results+")
    assert _judged(query) == [("feed", 0.01, "b", 0.5, 3)]

    # Between the two parts of a build.
    land([_entity(2, LIKES, name="renamed")])
    build(dbt, database, *alone(*SUMS), "--exclude", "experiment_results+")
    _analyse(database, p_value=0.2)
    build(dbt, database, "--select", "experiment_results+")
    assert _judged(query) == [("feed", 0.2, None, 0.5, 3)]

    # No results are left of an experiment that was analysed.
    _analyse(database, p_value=None)
    build(dbt, database, *alone(*MARTS))
    assert _judged(query) == [("feed", None, None, 0.5, 3)]
    assert query("select * from marts.experiment_results") == []
    assert_full_refresh_changes_nothing(dbt, database, query, marts=MARTS)
