"""Judging and its pages, on rows made up for it: what leaves the database, what stays on disk."""

import dataclasses
import re
import tempfile
from collections.abc import Iterator
from html.parser import HTMLParser
from pathlib import Path

import pytest
import sqlalchemy
from great_expectations.datasource.fluent.interfaces import TestConnectionError
from sqlalchemy.exc import OperationalError

from expectations.docs import build
from expectations.rules import Outcome, Rule, Suite, critical, warning
from expectations.validation import SAMPLE_SIZE, Judgement, judge
from loaders.settings import Settings
from tests.quality.conftest import execute

SECRET = "a-password-of-this-test"  # noqa: S105
PERSONAL = "maya@example.org"
AGGREGATE = r"SELECT (count|sum)\("
HOSTILE = '<script>fetch("https://example.org")</script>'
ROWS = f"""
    select
        number as record_number,
        case when number > 90 then '{HOSTILE}' else 'page_view' end as event_name,
        case when number > 90 then 'maya' || '@example.org' end as email
    from generate_series(1, 100) as numbers (number)
"""
NAME = warning(
    "name_is_known",
    "A name is unknown.",
    "ExpectColumnValuesToBeInSet",
    column="event_name",
    value_set=["page_view"],
)
EMAIL = critical("no_email", "An e-mail.", "ExpectColumnValuesToBeNull", column="email")


def suite(rows: str, *rules: Rule, name: str = "made_up") -> Suite:
    return Suite(name, "marts", "made_up", rows, rules, shows=("record_number", "event_name"))


def judged(settings: Settings, rows: str, *rules: Rule) -> Judgement:
    (judgement,) = judge([suite(rows, *rules)], settings)
    return judgement


def test_failing_rows_are_a_few_by_the_columns_shown(settings: Settings) -> None:
    judgement = judged(settings, ROWS, NAME, EMAIL)
    for outcome in judgement.outcomes:
        assert outcome.observed.startswith("10 of 100 rows fail")
        assert len(outcome.sample) == SAMPLE_SIZE
        assert all(row.startswith("record_number 9") for row in outcome.sample)
    assert PERSONAL not in str(judgement.outcomes)
    assert PERSONAL not in str(judgement.results)


def test_rows_are_selected_once_and_never_brought_here(settings: Settings) -> None:
    sent: list[str] = []

    def listen(_connection: object, _cursor: object, statement: str, *_: object) -> None:
        sent.append(statement.strip())

    sqlalchemy.event.listen(sqlalchemy.Engine, "before_cursor_execute", listen)
    judged(settings, ROWS, NAME, EMAIL)
    sqlalchemy.event.remove(sqlalchemy.Engine, "before_cursor_execute", listen)
    (selected,) = (one for one in sent if "generate_series" in one)
    assert selected.startswith("CREATE TEMPORARY TABLE")
    looked = [one for one in sent if one.startswith("SELECT") and "FROM gx_temp" in one]
    assert len(looked) > 2
    assert not [one for one in looked if "LIMIT" not in one and not re.match(AGGREGATE, one)]


def test_of_no_rows_nothing_fails(settings: Settings) -> None:
    mean = critical(
        "mean", "M.", "ExpectColumnMeanToBeBetween", column="record_number", max_value=1
    )
    none = f"select * from ({ROWS}) as made where false"
    outcomes = judged(settings, none, mean, NAME).outcomes
    assert [outcome.passed for outcome in outcomes] == [True, True]


def test_what_cannot_be_judged_has_not_passed_and_stops_no_other(settings: Settings) -> None:
    broken = suite("select * from marts.nowhere", NAME)
    column = critical("column", "Why.", "ExpectColumnValuesToNotBeNull", column="nowhere")
    of_broken, of_rest = judge([broken, suite(ROWS, column, NAME, name="rest")], settings)
    assert of_broken.outcomes == (
        Outcome(NAME, passed=False, note="its rows cannot be selected: UndefinedTable"),
    )
    assert not of_rest.outcomes[0].passed
    assert of_rest.outcomes[0].note.startswith("could not be evaluated: ")
    assert of_rest.outcomes[1].observed == "10 of 100 rows fail"


def test_a_server_that_is_gone_is_no_verdict(settings: Settings) -> None:
    gone = dataclasses.replace(settings, database="nowhere")
    with pytest.raises(TestConnectionError) as raised:
        judged(gone, ROWS, NAME)
    assert isinstance(raised.value.__cause__, OperationalError)


def test_no_connection_outlives_a_pass(settings: Settings) -> None:
    execute(settings, "create database judged")
    database = dataclasses.replace(settings, database="judged")
    judged(database, ROWS, NAME)
    execute(settings, "drop database judged")  # refused while anybody is connected


# --- pages --------------------------------------------------------------------------------------


class Loaded(HTMLParser):
    """Whatever a browser would fetch for a page, or run."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        values = dict(attrs)
        if tag in ("script", "iframe", "object", "embed") or "src" in values:
            self.found.append(f"{tag} {values}")
        if tag == "link" or "http" in (values.get("href") or ""):
            self.found.append(f"{tag} {values}")
        self.found += [name for name in values if name.startswith("on")]


@pytest.fixture
def folder() -> Iterator[Path]:
    with tempfile.TemporaryDirectory() as parent:
        yield Path(parent) / "data_docs"


def test_pages_load_nothing_and_run_nothing(settings: Settings, folder: Path) -> None:
    build(judge([suite(ROWS, NAME, EMAIL)], settings), folder)
    pages = sorted(folder.rglob("*"))
    assert [str(page.relative_to(folder)) for page in pages if page.is_file()] == [
        "index.html",
        "suites/made_up.html",
    ]
    for page in pages:
        if page.is_file():
            text = page.read_text()
            loaded = Loaded()
            loaded.feed(text)
            assert loaded.found == []
            assert "url(" not in text
            assert "default-src 'none'" in text
            assert PERSONAL not in text
    told = (folder / "suites/made_up.html").read_text()
    assert told.count("&lt;script&gt;") >= SAMPLE_SIZE
    assert "values must belong to this set" in told


def test_a_new_pass_replaces_the_pages_of_the_old(settings: Settings, folder: Path) -> None:
    build(judge([suite(ROWS, NAME, name="old")], settings), folder)
    index = build(judge([suite(ROWS, EMAIL, name="new")], settings), folder)
    assert index == folder / "index.html"
    assert [page.name for page in (folder / "suites").iterdir()] == ["new.html"]
    assert list(folder.parent.iterdir()) == [folder]


def test_nothing_is_left_on_disk_but_pages_and_no_password(
    settings: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    execute(settings, f"create role judge login password '{SECRET}'")
    judging = dataclasses.replace(settings, user="judge", password=SECRET)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    build(judge([suite(ROWS, NAME)], judging), tmp_path / "data_docs")
    files = [path for path in tmp_path.rglob("*") if path.is_file()]
    assert {path.suffix for path in files} == {".html"}
    assert not [path for path in files if SECRET in path.read_text()]
