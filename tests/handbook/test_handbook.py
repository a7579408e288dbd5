"""The handbook holds: every question's SQL gives what plain Python gives, every pitfall is one.

One file, as all of it asks one warehouse, which takes most of the time.
"""

import re
from collections.abc import Iterable

import pytest
from dbt.contracts.graph.nodes import ModelNode

from benchmarks.handbook import PAGE, Entry, pitfalls, questions
from tests.dbt_in_process import DbtInProcess
from tests.handbook.answers import ANSWERS
from tests.handbook.answers.community import Row, Rows
from tests.handbook.conftest import LATE, World

ENTRIES = (*questions(), *pitfalls())
RELATION = re.compile(r"\b(marts|metrics|analyst)\.([a-z_]+)\b")


def titled(entries: Iterable[Entry]) -> pytest.MarkDecorator:
    return pytest.mark.parametrize("entry", [pytest.param(one, id=one.title) for one in entries])


@titled(questions())
def test_a_question_is_answered_rightly(world: World, entry: Entry) -> None:
    (query,) = entry.queries
    expected = ANSWERS[entry.title](world.community)
    assert expected
    assert world.analyst.ask(query) == expected


@titled(pitfalls())
def test_what_looks_right_is_wrong_and_what_is_right_is_right(world: World, entry: Entry) -> None:
    wrong, right = map(world.analyst.ask, entry.queries)
    assert right == ANSWERS[entry.title](world.community)
    # Columns that only one of them has would make them differ whatever they say.
    assert [alike(row, wrong[0]) for row in right] != [alike(row, right[0]) for row in wrong]


def alike(row: Row, other: Row) -> Row:
    return {name: value for name, value in row.items() if name in other}


def test_a_sheet_that_is_only_added_to_is_wrong_once_late_events_land(world: World) -> None:
    (pitfall,) = (one for one in pitfalls() if one.title == LATE)
    add, replace = ((world.seen[query], world.analyst.ask(query)) for query in pitfall.queries)
    views = by_date(world.community.marts["content_daily"], content_type="post")
    assert by_date(*add).items() - views.items()
    assert not by_date(*replace).items() - views.items()
    # Not only the date that was not over then.
    assert len(by_date(replace[0]).items() - views.items()) > 1


def by_date(*asked: Rows, **only: object) -> dict[object, object]:
    """A sheet with the answers put into it, the later ones over the earlier."""
    rows = (row for answer in asked for row in answer if only.items() <= row.items())
    return {row["date"]: row["views"] for row in rows}


def test_every_question_and_pitfall_is_checked_and_every_check_asked() -> None:
    titles = [one.title for one in ENTRIES]
    assert len(set(titles)) == len(titles)
    assert set(titles) == set(ANSWERS)


def test_there_are_twenty_questions_at_least() -> None:
    assert len(questions()) >= 20


def test_a_question_has_one_query_and_a_pitfall_a_wrong_and_a_right_one() -> None:
    assert {len(one.queries) for one in questions()} == {1}
    assert all(
        wrong.startswith("-- wrong: ") and right.startswith("-- right: ")
        for wrong, right in (one.queries for one in pitfalls())
    )


def test_no_sql_is_passed_over() -> None:
    assert PAGE.read_text("utf-8").count("```sql") == sum(len(one.queries) for one in ENTRIES)


def test_every_mart_and_metric_is_asked(dbt: DbtInProcess) -> None:
    published = {
        node.alias
        for node in dbt.manifest.nodes.values()
        if isinstance(node, ModelNode) and node.schema in ("marts", "metrics")
    }
    asked = {
        name for one in ENTRIES for query in one.queries for _, name in RELATION.findall(query)
    }
    assert published <= asked


def test_every_mart_is_asked_by_a_question(dbt: DbtInProcess) -> None:
    marts = {
        node.alias
        for node in dbt.manifest.nodes.values()
        if isinstance(node, ModelNode) and node.schema == "marts"
    }
    asked = {name for one in questions() for _, name in RELATION.findall(one.queries[0])}
    assert marts <= asked
