"""Experiments from events to results: the numbers, what is computed anew, and what a crash leaves.

The statistics themselves are tested in `tests/unit`; the sums they start from in
`test_experiment_statistics` and by the oracle.
"""

import io
from collections.abc import Iterator
from typing import Any

import psycopg
import pytest
from rich.console import Console
from scipy import stats  # type: ignore[import-untyped]

from loaders.settings import Settings
from orchestration.building import build_models
from orchestration.experimentation.store import Analysed, NotBuiltError, analyse_touched
from orchestration.order import AFTER_ANALYSIS
from orchestration.terminal import Stages
from tests.dbt_in_process import DbtInProcess
from tests.integration.conftest import Land, Query
from tests.integration.marts import alone, assert_same, build

Record = dict[str, Any]

INPUTS = alone("int_experiment_statistics", "int_experiment_variants_counted")
RESULTS = ("--select", AFTER_ANALYSIS, "--exclude-resource-type", "test")
METRICS = [
    {"name": "liked", "event": "post_like", "type": "conversion"},
    {"name": "likes", "event": "post_like", "type": "count"},
]
# Likes by user, twenty users a variant.
LIKES = {"control": [0] * 16 + [1, 1, 2, 3], "bold": [0] * 4 + [1, 2, 3, 4] * 4}
WRITTEN = """
    select experiment_ref, metric_name, variant, users, total, p_value, note
    from marts.experiment_results
"""
VERSIONS = """
    select experiment_id, metric_name, variant, xmin::text as version
    from analysis.experiment_results
"""


def _entity(experiment: str, **data: object) -> Record:
    told = {"variants": [*LIKES], "trafficAllocation": dict.fromkeys(LIKES, 0.5)}
    return {
        "entityType": "experiment",
        "entityId": experiment,
        "updatedAt": "2024-01-01T00:00:00Z",
        "data": {**told, "targetMetrics": METRICS, **data},
    }


def _event(name: str, user: str, minute: int, **data: object) -> Record:
    return {
        "eventId": f"{name} {user} {minute} {data.get('experimentId', '')}",
        "eventName": name,
        "timestamp": f"2024-03-05T10:{minute:02}:00Z",
        "userId": user,
        "data": data,
    }


def _assigned(experiment: str, user: str, variant: str) -> Record:
    data = {"experimentId": experiment, "variant": variant}
    return _event("experiment_assigned", user, 0, **data)


def _experiment(experiment: str) -> Iterator[Record]:
    yield _entity(experiment)
    for variant, likes in LIKES.items():
        for number, count in enumerate(likes):
            user = f"{experiment} {variant} {number}"
            yield _assigned(experiment, user, variant)
            for minute in range(1, count + 1):
                yield _event("post_like", user, minute, postId="p")


def _execute(database: Settings, statement: str) -> None:
    with psycopg.connect(database.conninfo()) as connection:
        connection.execute(statement.encode())


def _analysis(query: Query) -> list[Record]:
    rows = query("select * from analysis.experiment_results order by 1, 2, variant")
    return [{name: value for name, value in row.items() if name != "build_id"} for row in rows]


def test_a_whole_build_gives_the_numbers_and_the_next_computes_none(
    database: Settings, query: Query, land: Land
) -> None:
    land(_experiment("feed"))
    with Stages(Console(file=io.StringIO())) as stages:
        built = build_models(database, stages, full_refresh=False)
    assert built.success
    assert built.experiments == 1

    rows = {
        (row["metric_name"], row["variant"]): row
        for row in query("select * from marts.experiment_results")
    }
    liked, likes = rows["liked", "bold"], rows["likes", "bold"]
    # By hand: 4 and 16 of 20; pooled 0.5, error sqrt(0.25 / 10); apart sqrt(2 * 0.16 / 20).
    assert (rows["liked", "control"]["mean"], liked["mean"]) == (0.2, 0.8)
    assert liked["p_value"] == pytest.approx(2 * stats.norm.sf(0.6 / 0.025**0.5))
    assert liked["ci_low"] == pytest.approx(0.6 - 1.959963985 * 0.016**0.5)
    assert liked["lift"] == pytest.approx(3)
    test = stats.ttest_ind(LIKES["bold"], LIKES["control"], equal_var=False)
    interval = test.confidence_interval(0.95)
    assert likes["p_value"] == pytest.approx(test.pvalue)
    assert [likes["ci_low"], likes["ci_high"]] == pytest.approx([interval.low, interval.high])
    assert rows["likes", "control"]["note"] == "control"

    (experiment,) = query("select * from marts.experiments")
    assert float(experiment["statistical_significance"]) == round(liked["p_value_adjusted"], 4)
    assert experiment["winning_variant"] == "bold"
    assert experiment["srm_p_value"] == 1

    versions = query(VERSIONS)
    with Stages(Console(file=io.StringIO())) as stages:
        again = build_models(database, stages, full_refresh=False)
    assert again.success
    assert again.experiments == 0
    assert query(VERSIONS) == versions


def test_only_experiments_with_news_are_analysed_anew(
    database: Settings, dbt: DbtInProcess, query: Query, land: Land
) -> None:
    land([*_experiment("feed"), *_experiment("tabs"), _entity("nobody")])
    build(dbt, database, *INPUTS)
    assert analyse_touched(database) == Analysed(experiments=3, results=12)
    assert analyse_touched(database) == Analysed(experiments=0, results=0)

    before = query(VERSIONS)
    land([_event("post_like", "tabs control 1", 30, postId="p")])
    build(dbt, database, *INPUTS)
    assert analyse_touched(database) == Analysed(experiments=1, results=4)
    kept = [row for row in query(VERSIONS) if row in before]
    assert len(kept) == 8

    by_news = _analysis(query)
    for lost, experiments in (
        ("delete from analysis.experiment_results where total = 4", 1),
        ("truncate analysis.experiment_results, analysis.experiment_analyses", 3),
    ):
        _execute(database, lost)
        assert analyse_touched(database).experiments == experiments
        assert_same("analysed anew", _analysis(query), by_news)


def test_what_is_gone_is_analysed_away(
    database: Settings, dbt: DbtInProcess, query: Query, land: Land
) -> None:
    land([_entity("feed"), _assigned("feed", "asha", "control"), _assigned("tabs", "asha", "x")])
    land([_assigned("feed", "bikram", "stranger")])
    build(dbt, database, *INPUTS)
    assert analyse_touched(database).experiments == 2
    told = "select users, contaminated_users, note from analysis.experiment_analyses order by 1"
    assert [tuple(row.values()) for row in query(told)] == [
        (1, 0, "no traffic allocation"),
        (2, 0, "users in a variant without a share: stranger"),
    ]

    denied = _event("consent_updated", "asha", 0, analytics=False)
    land([{**denied, "timestamp": "2024-03-01T00:00:00Z"}])
    build(dbt, database, *INPUTS)
    assert analyse_touched(database).experiments == 2
    assert [row["users"] for row in query(told)] == [1]

    # Nobody is left in the variant that is not listed, so it has no results either.
    denied = _event("consent_updated", "bikram", 0, analytics=False)
    land([{**denied, "timestamp": "2024-03-01T00:00:00Z"}])
    build(dbt, database, *INPUTS)
    assert analyse_touched(database).experiments == 1
    assert {row["variant"] for row in _analysis(query)} == {"control", "bold"}
    assert [tuple(row.values()) for row in query(told)] == [(0, 0, "no users")]


def test_a_run_killed_after_the_analysis_is_completed_by_the_next(
    database: Settings, dbt: DbtInProcess, query: Query, land: Land
) -> None:
    land(_experiment("feed"))
    build(dbt, database, *INPUTS)
    build(dbt, database, *RESULTS)
    assert query(WRITTEN) == []

    build(dbt, database, *INPUTS)
    analyse_touched(database)
    # Killed here; the next run has nothing to analyse.
    build(dbt, database, *INPUTS)
    assert analyse_touched(database).experiments == 0
    build(dbt, database, *RESULTS)
    assert len(query(WRITTEN)) == 4
    assert query("select winning_variant from marts.experiments") == [{"winning_variant": "bold"}]


def test_an_experiment_whose_news_changed_no_result_stays_when_there_is_no_news(
    database: Settings, dbt: DbtInProcess, query: Query, land: Land
) -> None:
    def build_all() -> None:
        build(dbt, database, *INPUTS)
        analyse_touched(database)
        build(dbt, database, *RESULTS)

    told = "select experiment_ref from marts.experiments order by 1"
    land([*_experiment("feed"), _assigned("tabs", "asha", "x")])
    build_all()
    again = _event("experiment_assigned", "asha", 1, experimentId="tabs", variant="x")
    land([again, _event("post_like", "feed bold 1", 30, postId="p")])
    build_all()
    build_all()
    assert [row["experiment_ref"] for row in query(told)] == ["feed", "tabs"]


def test_an_analysis_that_fails_leaves_what_was_there(
    database: Settings, dbt: DbtInProcess, query: Query, land: Land
) -> None:
    land(_experiment("feed"))
    build(dbt, database, *INPUTS)
    analyse_touched(database)
    before = _analysis(query)
    land([_event("post_like", "feed control 1", 30, postId="p")])
    build(dbt, database, *INPUTS)
    table = "alter table analysis.experiment_results"
    _execute(database, f"{table} add constraint broken check (false) not valid")
    with pytest.raises(psycopg.errors.CheckViolation):
        analyse_touched(database)
    assert _analysis(query) == before
    _execute(database, f"{table} drop constraint broken")
    assert analyse_touched(database).experiments == 1
    assert _analysis(query) != before


def test_dbt_alone_builds_everything_and_reads_the_analysis_when_there_is_one(
    database: Settings, dbt: DbtInProcess, query: Query, land: Land
) -> None:
    land(_experiment("feed"))
    whole = alone("experiments", "experiment_results", "int_experiment_statistics")
    build(dbt, database, *whole)
    assert query(WRITTEN) == []
    analyse_touched(database)
    build(dbt, database, *whole)
    assert len(query(WRITTEN)) == 4


def test_without_models_there_is_nothing_to_analyse(database: Settings) -> None:
    with pytest.raises(NotBuiltError, match="`chhimeki build`"):
        analyse_touched(database)
