"""What the benchmarks' numbers rest on: the events they simulate, and their arithmetic."""

import dataclasses
import json
import re
from collections import Counter
from datetime import UTC, datetime
from itertools import chain
from pathlib import Path

import pytest

from benchmarks import plain, queries
from benchmarks.__main__ import NAMES
from benchmarks.bulk import BulkPlan, Snapshots, deliveries, write
from benchmarks.bulk.deliveries import LATE_BY_DAYS
from benchmarks.harness import (
    Contestant,
    Goal,
    Report,
    Series,
    Table,
    alternate,
    as_json,
    as_markdown,
    number,
    publish,
    ratio,
)
from dashboards.pages import data_quality
from loaders.records import validation
from loaders.records.validation import Judge
from loaders.settings import PROJECT_ROOT
from tests.oracle import read_records
from tests.oracle.catalogue import EVENT_TYPES, violations
from tests.oracle.records import Event

FOLDER = PROJECT_ROOT / "benchmarks"
PLAN = BulkPlan(events=20_000, events_per_day=1_000)
ONE_DAY = dataclasses.replace(PLAN, events=PLAN.events_per_day, snapshots=Snapshots.CHANGES)


def lines(plan: BulkPlan) -> list[bytes]:
    return list(chain.from_iterable(deliveries(plan)))


@pytest.fixture(scope="module")
def events(tmp_path_factory: pytest.TempPathFactory) -> list[Event]:
    """The plan's events as the oracle reads them; the oracle rejects none."""
    path = tmp_path_factory.mktemp("bulk") / "events.jsonl"
    write(PLAN, [path])
    events, _, rejected = read_records([path])
    assert not rejected
    return events


# --- the events ---------------------------------------------------------------------------------


def test_the_same_plan_gives_the_same_bytes_and_another_seed_others() -> None:
    assert lines(ONE_DAY) == lines(ONE_DAY)
    assert lines(ONE_DAY) != lines(dataclasses.replace(ONE_DAY, seed=2))


def test_a_delivery_is_the_same_whatever_came_before_it() -> None:
    *_, last = deliveries(PLAN)
    assert list(last) == lines(ONE_DAY)


@pytest.mark.parametrize("count", [1, 999, 2_345])
def test_there_are_as_many_events_as_asked_for(count: int) -> None:
    plan = dataclasses.replace(PLAN, events=count, snapshots=Snapshots.NONE)
    assert len(lines(plan)) == count


def test_every_record_is_legal() -> None:
    judge = Judge(datetime.now(UTC))
    verdicts = Counter(type(judge.judge(line)) for line in lines(PLAN))
    assert verdicts.keys() == {validation.Event, validation.Entity}
    assert verdicts[validation.Event] == PLAN.events


def test_every_event_is_valid_and_every_type_occurs(events: list[Event]) -> None:
    assert not [(event.name, found) for event in events if (found := violations(event))]
    assert {event.name for event in events} == EVENT_TYPES.keys()


def test_an_event_has_about_400_bytes() -> None:
    sizes = [len(line) for line in lines(dataclasses.replace(PLAN, snapshots=Snapshots.NONE))]
    assert 350 < sum(sizes) / len(sizes) < 500


def test_a_share_of_each_delivery_is_late_by_up_to_weeks(events: list[Event]) -> None:
    last = events[-ONE_DAY.events :]
    days = Counter((PLAN.last_day - event.at.date()).days for event in last)
    late = sum(count for day, count in days.items() if day > 0)
    assert PLAN.late_share / 2 < late / len(last) < PLAN.late_share * 2
    assert days.keys() >= set(LATE_BY_DAYS)
    assert min(days) >= -1  # a visit may go on past midnight


def test_what_is_late_repeats_an_event_and_nothing_else_does(events: list[Event]) -> None:
    times = Counter(event.ref for event in events)
    assert 0 < sum(count > 1 for count in times.values()) < 0.02 * len(times)
    told = {(event.ref, event.name, str(event.data)) for event in events}
    assert len(told) == len(times)


def test_a_post_is_named_after_the_one_who_wrote_it(events: list[Event]) -> None:
    writers = {event.data["postId"]: event.user for event in events if event.name == "post_created"}
    named = [
        (event.data["postAuthor"], writers[event.data["postId"]])
        for event in events
        if "postAuthor" in event.data and event.data["postId"] in writers
    ]
    assert len(named) > PLAN.events / 10
    assert all(author == writer for author, writer in named)


def test_some_users_and_posts_are_met_far_more_often_than_others(events: list[Event]) -> None:
    users = Counter(event.user for event in events if event.user is not None)
    posts = Counter(event.data["postId"] for event in events if event.name == "post_view")
    for counts in (users, posts):
        ordered = [count for _, count in counts.most_common()]
        assert ordered[0] > 5 * ordered[len(ordered) // 2]


def test_visitors_may_have_no_user_or_no_session(events: list[Event]) -> None:
    kinds = {(event.user is not None, event.session is not None) for event in events}
    assert kinds == {(True, True), (True, False), (False, True)}


def test_several_files_hold_what_one_would(tmp_path: Path) -> None:
    parts = [tmp_path / f"{number}.jsonl" for number in range(3)]
    plan = dataclasses.replace(PLAN, events=3_500)
    written = write(plan, parts)
    content = b"".join(part.read_bytes() for part in parts)
    assert content == b"".join(lines(plan))
    assert written == content.count(b"\n")
    assert all(part.stat().st_size for part in parts)


# --- the arithmetic -----------------------------------------------------------------------------


def test_contestants_take_turns_forwards_and_backwards() -> None:
    called: list[str] = []

    def contestant(name: str) -> Contestant:
        def measure() -> dict[str, float]:
            called.append(name)
            return {"seconds": float(len(called))}

        return Contestant(name, measure)

    series = alternate([contestant("one"), contestant("two")], rounds=3)
    assert called == ["one", "two", "two", "one", "one", "two"]
    assert [one.figures["seconds"] for one in series] == [[1, 4, 5], [2, 3, 6]]


def test_a_ratio_is_the_median_of_the_rounds_ratios() -> None:
    # The machine was slow in the second round, for both.
    above = Series("above", {"seconds": [2.0, 40.0, 3.0]})
    below = Series("below", {"seconds": [1.0, 20.0, 1.0]})
    assert ratio(above, below) == 2.0


@pytest.mark.parametrize(
    ("goal", "met"),
    [
        (Goal("faster", 1.7, at_most=False, value=1.7), True),
        (Goal("faster", 1.7, at_most=False, value=1.69), False),
        (Goal("memory", 200, at_most=True, value=200), True),
        (Goal("memory", 200, at_most=True, value=201), False),
        (Goal("memory", 200, at_most=True, value=None), None),
    ],
)
def test_a_goal_is_met_at_its_bound(goal: Goal, met: bool | None) -> None:
    assert goal.met is met


@pytest.mark.parametrize(
    ("value", "spelled"),
    [
        (0, "0.00"),
        (0.0414, "0.041"),
        (0.5, "0.500"),
        (1.346, "1.35"),
        (17.04, "17.0"),
        (1234.5, "1,234"),
    ],
)
def test_a_number_is_spelled_with_the_digits_that_count(value: float, spelled: str) -> None:
    assert number(value) == spelled


REPORT = Report(
    name="landing",
    command="make bench BENCH=landing",
    data="Some records.",
    machine={"memory": "2 GiB"},
    rounds=3,
    tables=[
        Table(
            "Landing",
            [
                Series("one", {"seconds": [1.0, 3.0, 2.0], "MB": [10, 11, 12]}),
                Series("two", {"seconds": [4.0]}),
            ],
        )
    ],
    goals=[Goal("one to two", 1.5, at_most=False, value=2.0)],
)


def test_a_report_tells_medians_and_spread() -> None:
    text = as_markdown(REPORT)
    assert "| one | 2.00 (1.00 to 3.00) | 11.0 |" in text
    assert "| two | 4.00 |  |" in text
    assert "| one to two | ≥ 1.50 | 2.00 | yes |" in text
    assert "memory: 2 GiB" in text


def test_json_holds_every_round() -> None:
    told = json.loads(as_json(REPORT))
    assert told["tables"][0]["rows"][0]["figures"]["seconds"] == [1.0, 3.0, 2.0]
    assert told["goals"][0]["met"] is True


def test_publishing_changes_what_stands_between_the_markers_alone(tmp_path: Path) -> None:
    page = tmp_path / "README.md"
    before, after = "# Page\n\n<!-- landing -->\n", "<!-- end landing -->\n\n<!-- builds -->\n"
    page.write_text(f"{before}old\n{after}")
    for _ in range(2):
        publish(REPORT, tmp_path / "results", page)
        assert page.read_text() == f"{before}\n{as_markdown(REPORT)}\n{after}"
    assert json.loads((tmp_path / "results" / "landing.json").read_text())["name"] == "landing"


# --- the files ----------------------------------------------------------------------------------


def test_the_page_has_room_for_every_benchmark() -> None:
    page = (FOLDER / "README.md").read_text()
    assert re.findall(r"<!-- (?!end )(.*) -->\n", page) == list(NAMES)
    assert re.findall(r"<!-- end (.*) -->\n", page) == list(NAMES)


def test_every_table_has_one_plain_statement() -> None:
    for table in plain.TABLES:
        text = (plain.STATEMENTS / f"{table}.sql").read_text()
        assert f"create table plain.{table} as\n" in text
        assert ";" not in text
    assert {path.stem for path in plain.STATEMENTS.iterdir()} == set(plain.TABLES)


def test_what_is_asked_of_raw_events_is_asked_by_the_handbook() -> None:
    assert queries.raw_questions().keys() <= queries.handbook_questions().keys()
    assert len(queries.raw_questions()) == len([*queries.RAW.glob("*.sql")])


def test_questions_are_told_apart_by_what_they_read() -> None:
    asked = queries.handbook_questions() | queries.dashboard_questions()
    told = {name: queries.reads_metrics_alone(text) for name, text in asked.items()}
    assert told["Where do people leave on their way?"]
    assert not told["Whom have we lost?"]
    assert not told["In which countries are people, and how active are they?"]
    assert told["Growth: retention"]
    assert not told["Engagement: sessions"]


def test_dashboards_are_asked_what_the_analyst_may_ask() -> None:
    asked = {name.partition(": ")[2] for name in queries.dashboard_questions()}
    assert "anomalies" in asked
    assert not asked & data_quality.page.supplied


def test_the_lock_names_no_registry_and_hashes_everything() -> None:
    text = (FOLDER / "requirements.lock").read_text()
    assert "://" not in text
    assert "--index" not in text
    blocks = text.replace("\\\n", " ").splitlines()
    assert not [line for line in blocks if line[:1].isalnum() and "--hash=sha256:" not in line]
