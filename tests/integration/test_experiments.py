"""Experiments and who is in them, by rows worked out by hand: what late news makes of them.

Each test lands a few records, builds, lands others, builds again, and compares the rows with those
written here and with a full refresh. Random experiments are in `test_laws`; which assignment is the
first, and how an entity of wrong types is read, in the unit tests beside the models.
"""

import random
from datetime import UTC, datetime
from typing import Any

from loaders.settings import Settings
from tests.dbt_in_process import DbtInProcess
from tests.integration.conftest import Land, Query
from tests.integration.marts import alone, assert_full_refresh_changes_nothing, build

MARTS = ("experiments", "experiment_assignments")
ASSIGNMENTS = """
    select
        concat_ws(' ', experiment_ref, user_ref) as who,
        array[
            variant, to_char(assigned_at at time zone 'UTC', 'DD'), is_contaminated::text
        ] as given
    from marts.experiment_assignments
"""
EXPERIMENTS = """
    select experiment_ref, name, status, variants, extract(year from updated_at)::text as written
    from marts.experiments
    order by experiment_ref collate "C"
"""


def _assigned(day: int, user: str | None, variant: str, experiment: str = "feed") -> dict[str, Any]:
    return {
        "eventId": f"{experiment} {variant} {user} {day}"[:200],
        "eventName": "experiment_assigned",
        "timestamp": f"2024-03-{day:02}T10:00:00Z",
        "userId": user,
        "data": {"experimentId": experiment, "variant": variant},
    }


def _consent(day: int, user: str, granted: bool) -> dict[str, Any]:
    return {
        "eventId": f"consent {user} {day}",
        "eventName": "consent_updated",
        "timestamp": f"2024-03-{day:02}T00:00:00Z",
        "userId": user,
        "data": {"analytics": granted},
    }


def _entity(year: int, experiment: str, **data: object) -> dict[str, Any]:
    return {
        "entityType": "experiment",
        "entityId": experiment,
        "updatedAt": f"{year}-01-01T00:00:00Z",
        "data": data,
    }


def _assignments(query: Query) -> dict[str, list[str]]:
    """Variant, day and contamination, by experiment and user."""
    return {row["who"]: row["given"] for row in query(ASSIGNMENTS)}


def _experiments(query: Query) -> list[tuple[object, ...]]:
    """Ref, name, status, variants and year of the entity."""
    return [tuple(row.values()) for row in query(EXPERIMENTS)]


def test_an_earlier_assignment_that_lands_late_replaces_the_first(
    database: Settings, dbt: DbtInProcess, query: Query, land: Land
) -> None:
    land([_assigned(5, "asha", "b"), _assigned(7, "asha", "b"), _assigned(6, "bikram", "a")])
    build(dbt, database, *alone(*MARTS))
    assert _assignments(query) == {
        "feed asha": ["b", "05", "false"],
        "feed bikram": ["a", "06", "false"],
    }

    land(
        [_assigned(4, "asha", "a"), _assigned(4, "bikram", "a"), _assigned(9, "asha", "a", "tabs")]
    )
    build(dbt, database, *alone(*MARTS))
    assert _assignments(query) == {
        "feed asha": ["a", "04", "true"],
        "feed bikram": ["a", "04", "false"],
        "tabs asha": ["a", "09", "false"],
    }
    assert_full_refresh_changes_nothing(dbt, database, query, marts=MARTS)


def test_a_suppressed_assignment_contaminates_nobody_and_makes_no_experiment(
    database: Settings, dbt: DbtInProcess, query: Query, land: Land
) -> None:
    land([_assigned(5, "asha", "a"), _assigned(7, "asha", "b"), _assigned(7, "asha", "a", "tabs")])
    land([_assigned(8, None, "a", "visits")])
    build(dbt, database, *alone(*MARTS))
    assert _assignments(query) == {
        "feed asha": ["a", "05", "true"],
        "tabs asha": ["a", "07", "false"],
    }
    # Nobody is assigned by the anonymous event, yet it names an experiment.
    assert [row[0] for row in _experiments(query)] == ["feed", "tabs", "visits"]

    land([_consent(6, "asha", granted=False)])
    build(dbt, database, *alone(*MARTS))
    assert _assignments(query) == {"feed asha": ["a", "05", "false"]}
    assert [row[0] for row in _experiments(query)] == ["feed", "visits"]

    land([_consent(7, "asha", granted=True)])
    build(dbt, database, *alone(*MARTS))
    assert _assignments(query) == {
        "feed asha": ["a", "05", "true"],
        "tabs asha": ["a", "07", "false"],
    }
    assert_full_refresh_changes_nothing(dbt, database, query, marts=MARTS)


def test_an_experiment_is_there_before_its_entity_and_takes_the_latest(
    database: Settings, dbt: DbtInProcess, query: Query, land: Land
) -> None:
    land([_assigned(5, "asha", "a")])
    build(dbt, database, *alone(*MARTS))
    assert _experiments(query) == [("feed", None, "active", [], None)]

    land([_entity(2023, "feed", name="Feed", status="paused", variants=["control", "a"])])
    build(dbt, database, *alone(*MARTS))
    assert _experiments(query) == [("feed", "Feed", "paused", ["control", "a"], "2023")]

    land([_entity(2022, "feed", name="Older"), _entity(2022, "tabs", name="Tabs")])
    land([_entity(2023, "feed", name="Same time, landed later")])
    build(dbt, database, *alone(*MARTS))
    assert _experiments(query) == [
        ("feed", "Same time, landed later", "active", [], "2023"),
        ("tabs", "Tabs", "active", [], "2022"),
    ]
    assert_full_refresh_changes_nothing(dbt, database, query, marts=MARTS)


def test_an_id_longer_than_an_index_page_stops_no_build(
    database: Settings, dbt: DbtInProcess, query: Query, land: Land
) -> None:
    chance = random.Random(1)
    # Random, as a text that repeats itself would be compressed into a page.
    endless = "".join(chr(chance.randrange(0x4E00, 0x9FFF)) for _ in range(50_000))
    land([_assigned(5, "asha", variant=endless), _assigned(5, "asha", "a", experiment=endless)])
    build(dbt, database, *alone(*MARTS))

    assert _assignments(query) == {
        "feed asha": [endless, "05", "false"],
        f"{endless} asha": ["a", "05", "false"],
    }


def test_an_entity_of_wrong_types_stops_no_build(
    database: Settings, dbt: DbtInProcess, query: Query, land: Land
) -> None:
    wrong = {"name": ["x"], "status": 5, "variants": "a", "trafficAllocation": [0.5]}
    land([_entity(2023, "wrong", **wrong, startDate="tomorrow", endDate={}, targetMetrics=7)])
    land([_entity(2023, "bare"), _entity(2023, "null", variants=None, startDate=None)])
    land([_entity(2023, "ends", endDate="2024-02-29T00:00:00+05:45", variants=[1, {"a": None}])])
    build(dbt, database, *alone(*MARTS))

    found = query(
        "select experiment_ref, start_date, end_date, traffic_allocation, target_metrics,"
        " status, variants from marts.experiments order by 1"
    )
    ends = datetime(2024, 2, 28, 18, 15, tzinfo=UTC)
    nothing: tuple[Any, ...] = (None, None, None, None, "active", [])
    assert [tuple(row.values()) for row in found] == [
        ("bare", *nothing),
        ("ends", None, ends, None, None, "active", [1, {"a": None}]),
        ("null", *nothing),
        ("wrong", *nothing),
    ]
