"""The simulator: the same bytes every time, and everything in them that it promises."""

from __future__ import annotations

import json
from collections import Counter
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest

from loaders.simulation import SimulationPlan, simulate, write
from tests.oracle import read_records
from tests.oracle.catalogue import EVENT_TYPES, violations
from tests.oracle.events import judge

SMALL = SimulationPlan(users=40, days=6)
LOADED_AT = datetime(2025, 1, 1, tzinfo=UTC)
# Every reason code of the loader, and every kind of violation of the catalogue.
REASONS = {
    *("not_utf8", "not_json", "not_an_object", "unknown_kind", "unknown_entity_type", "too_deep"),
    *("missing_key", "empty_key", "wrong_type", "id_too_long", "bad_timestamp"),
    *("timestamp_too_early", "timestamp_too_late", "unstorable_text", "unstorable_number"),
}
VIOLATIONS = {"missing", "wrong_type", "not_in_enum", "below_minimum", "above_maximum", "unknown"}


@pytest.fixture(scope="module")
def files(tmp_path_factory: pytest.TempPathFactory) -> list[Path]:
    return write(SimulationPlan(), tmp_path_factory.mktemp("simulated"))


def test_the_same_plan_gives_the_same_bytes(files: list[Path], tmp_path: Path) -> None:
    again = write(SimulationPlan(), tmp_path / "again")
    assert [path.name for path in again] == sorted(path.name for path in files)
    assert [path.read_bytes() for path in again] == [path.read_bytes() for path in files]


def test_another_seed_gives_other_bytes() -> None:
    other = SimulationPlan(seed=8, users=40, days=6)
    assert list(simulate(other)) != list(simulate(SMALL))


def test_the_files_hold_exactly_what_is_simulated(tmp_path: Path) -> None:
    events, entities, rejected = read_records(write(SMALL, tmp_path), LOADED_AT)
    assert len(events) + len(entities) + len(rejected) == len(list(simulate(SMALL)))


def test_the_default_plan_has_about_twenty_thousand_events_of_every_type(
    files: list[Path],
) -> None:
    events, entities, rejected = read_records(files, LOADED_AT)
    assert 17_000 < len(events) < 23_000
    assert {event.name for event in events if not violations(event)} == EVENT_TYPES.keys()
    assert {entity.type for entity in entities} == {"user", "experiment", "community"}
    assert {reject.reason for reject in rejected} == REASONS


def test_every_outcome_and_every_violation_occurs(files: list[Path]) -> None:
    events, _, _ = read_records(files, LOADED_AT)
    judged = judge(events)
    assert {verdict.status for verdict in judged} == {"processed", "invalid", "suppressed"}
    found = {error["violation"] for verdict in judged for error in verdict.errors}
    assert found == VIOLATIONS


def test_duplicates_are_exact_and_differing(files: list[Path]) -> None:
    events, _, _ = read_records(files, LOADED_AT)
    landed = Counter(event.ref for event in events)
    doubled = {ref for ref, times in landed.items() if times > 1}
    told = {(event.ref, event.name, str(event.data)) for event in events if event.ref in doubled}
    tellings = Counter(ref for ref, _, _ in told)
    assert {1, 2} <= set(tellings.values())


def test_users_are_renamed_promoted_and_contaminated(files: list[Path]) -> None:
    events, entities, _ = read_records(files, LOADED_AT)
    users = [entity for entity in entities if entity.type == "user"]
    assert len({(user.ref, user.data["username"]) for user in users}) > len(
        {user.ref for user in users}
    )
    assert len({(user.ref, user.data["role"]) for user in users}) > len({u.ref for u in users})
    given = {
        (event.user, event.data["experimentId"], event.data["variant"])
        for event in events
        if event.name == "experiment_assigned"
    }
    assert len(given) > len({(user, experiment) for user, experiment, _ in given})


def test_visitors_may_have_no_user_no_session_or_neither(files: list[Path]) -> None:
    events, _, _ = read_records(files, LOADED_AT)
    kinds = {(event.user is not None, event.session is not None) for event in events}
    assert kinds == {(True, True), (True, False), (False, True), (False, False)}


def test_activity_is_heavy_tailed_and_sleeps_at_night(files: list[Path]) -> None:
    events, _, _ = read_records(files, LOADED_AT)
    users = Counter(event.user for event in events if event.user is not None)
    by_user = [times for _, times in users.most_common()]
    assert sum(by_user[: len(by_user) // 5]) > 0.5 * sum(by_user)
    at_home = timedelta(hours=5, minutes=45)
    hours = Counter((event.at + at_home).hour for event in events)
    assert hours[20] > 3 * hours[3]


def test_records_arrive_out_of_order_and_some_days_late(files: list[Path]) -> None:
    events, _, _ = read_records(files, LOADED_AT)
    latest = events[0].at
    lateness = []
    for event in events:
        latest = max(latest, event.at)
        lateness.append(latest - event.at)
    assert max(lateness) > timedelta(days=2)
    assert sum(late > timedelta(0) for late in lateness) > len(events) // 10


def test_without_dirt_every_record_is_legal_and_every_event_valid() -> None:
    clean = SimulationPlan(users=20, days=3, dirt_share=0.0)
    records = [json.loads(line) for line in simulate(clean)]
    assert all("eventId" in record or "entityId" in record for record in records)
    refs = [record["eventId"] for record in records if "eventId" in record]
    assert len(refs) == len(set(refs))


def test_a_plan_begins_when_it_is_told_to() -> None:
    plan = SimulationPlan(users=10, days=2, start=date(2023, 5, 1), dirt_share=0.0)
    events = [json.loads(line) for line in simulate(plan) if b'"eventId"' in line]
    assert min(event["timestamp"] for event in events)[:10] in ("2023-04-30", "2023-05-01")


@pytest.mark.parametrize("wrong", [{"users": 0}, {"days": 0}, {"dirt_share": 1.0}])
def test_a_plan_that_makes_no_sense_is_refused(wrong: dict[str, int]) -> None:
    with pytest.raises(ValueError, match="at least"):
        SimulationPlan(**wrong)  # type: ignore[arg-type]
