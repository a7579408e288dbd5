"""The report of a real warehouse, against what its records hold, counted in plain Python."""

import re
from collections import defaultdict
from dataclasses import replace
from datetime import timedelta
from html import escape
from html.parser import HTMLParser

import psycopg
import pytest
from psycopg.rows import dict_row

from dashboards.queries import DashboardsError
from dashboards.report.model import Headline, Movement, Report
from dashboards.report.movements import parts_of
from dashboards.report.numbers import NUMBERS
from dashboards.report.reading import (
    CELLS,
    CONCLUDED,
    FILES_WEEK,
    FOLDER,
    RATES,
    read_cells,
    read_report,
    text_of_report,
)
from dashboards.report.rendering import render_report
from loaders.roles import Role
from loaders.settings import Settings
from tests.dashboards.hostile_readers import MARKUP
from tests.dashboards.report.counting import Counting, weeks_before
from tests.dashboards.report.planted import (
    AS_OF,
    EXPERIMENT,
    GREW,
    HOSTILE_COUNTRY,
    LAST_WEEK,
    START,
)

WEEK = timedelta(days=7)
COUNTED = (
    *(
        "active_users",
        "new_users",
        "sessions",
        "views",
        "posts",
        "likes",
        "comments",
        "messages",
        "errors",
    ),
)
# Hostile names as readers see them.
SHOWN = {MARKUP: f"{MARKUP[:59]}…", HOSTILE_COUNTRY: "<b>IN</b> THE END"}


class Page(HTMLParser):
    """What a browser makes of a page: tags, attributes, and texts."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.tags: set[str] = set()
        self.attributes: set[str] = set()
        self.seen = ""
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)
        self.attributes |= {name for name, _ in attrs}

    def handle_data(self, data: str) -> None:
        self.seen += data


def line(report: Report, name: str) -> Headline:
    (found,) = (one for one in report.headlines if one.number.name == name)
    return found


def movement(report: Report, name: str) -> Movement:
    (found,) = (one for one in report.movements if one.number.name == name)
    return found


def test_the_last_whole_week_is_told(report: Report) -> None:
    assert (report.week, report.last_date) == (LAST_WEEK, AS_OF - timedelta(days=1))
    assert [one.number for one in report.headlines] == list(NUMBERS)


@pytest.mark.parametrize("name", COUNTED)
def test_a_number_is_what_the_records_hold(report: Report, counting: Counting, name: str) -> None:
    told = line(report, name)
    earlier = [counting.of(name, week) for week in weeks_before(4)]
    assert told.now == pytest.approx(counting.of(name, LAST_WEEK))
    assert told.before == pytest.approx(earlier[0])
    assert told.mean == pytest.approx(sum(earlier) / 4)


def test_shares_and_percentiles_are_what_the_records_hold(
    report: Report, counting: Counting
) -> None:
    retention, speed = line(report, "retention"), line(report, "speed")
    # Nobody has been new for weeks: there is nobody to come back.
    assert (retention.now, retention.before) == (None, None)
    known = [counting.retention(START + WEEK * weeks) for weeks in (1, 2)]
    assert retention.mean == pytest.approx(sum(known) / 2, abs=0.0001)
    assert (speed.now, speed.before) == (counting.p75(LAST_WEEK), counting.p75(LAST_WEEK - WEEK))


def test_the_country_whose_sessions_doubled_is_named(report: Report, counting: Counting) -> None:
    moved = movement(report, "sessions")
    (cause,) = (one for one in moved.causes if one.dimension == "country")
    now = counting.slices("sessions", "country", LAST_WEEK)[GREW]
    before = counting.slices("sessions", "country", LAST_WEEK - WEEK)[GREW]
    change = counting.of("sessions", LAST_WEEK) - counting.of("sessions", LAST_WEEK - WEEK)
    assert (cause.slice, cause.now, cause.before) == (GREW, now, before)
    assert cause.share == pytest.approx((now - before) / change)
    assert f"Likely cause: country {GREW}, " in render_report(report).text


def test_the_category_and_the_platform_of_new_errors_are_named(
    report: Report, counting: Counting
) -> None:
    causes = {one.dimension: one for one in movement(report, "errors").causes}
    category, platform = causes["category"], causes["platform"]
    expected = counting.slices("errors", "content", LAST_WEEK)[MARKUP]
    assert (category.slice, category.before) == (SHOWN[MARKUP], 0)
    assert category.now == pytest.approx(expected)
    assert platform.slice == "android"


def test_a_country_that_is_markup_is_named_as_text(report: Report, counting: Counting) -> None:
    (cause,) = (one for one in movement(report, "messages").causes if one.dimension == "country")
    now = counting.slices("messages", "country", LAST_WEEK)[HOSTILE_COUNTRY]
    assert (cause.slice, cause.now) == (SHOWN[HOSTILE_COUNTRY], now)


@pytest.mark.parametrize("dimension", ["country", "platform", "content"])
def test_every_slice_is_what_the_records_hold(
    planted: Settings, counting: Counting, dimension: str
) -> None:
    with psycopg.connect(planted.as_role(Role.ANALYST).conninfo()) as connection:
        cells = read_cells(connection, LAST_WEEK, "UTC")
    for number in (one for one in NUMBERS if one.name in COUNTED):
        for week in (LAST_WEEK, *weeks_before(5)):
            expected = counting.slices(number.name, dimension, week)
            found: dict[str, float] = defaultdict(float)
            for part in parts_of(number, cells):
                if part.week == week and part.value:
                    found[part.places[dimension] or ""] += part.value
            assert found == pytest.approx({SHOWN.get(one, one): expected[one] for one in expected})


def test_an_experiment_is_told_in_the_week_in_which_it_concluded(
    planted: Settings, report: Report
) -> None:
    (ended,) = report.conclusions
    assert ended.date == LAST_WEEK + timedelta(days=2)
    assert ended.experiment.startswith("experiment ")
    (effect,) = ended.effects
    with psycopg.connect(planted.conninfo(), row_factory=dict_row) as connection:
        row = connection.execute(
            "select * from marts.experiment_results where not is_control"
        ).fetchone()
    assert row
    assert effect.users == row["users"]
    assert effect.lift == pytest.approx(float(row["lift"]))
    assert effect.low == pytest.approx(float(row["lift_ci_low"]))
    assert effect.high == pytest.approx(float(row["lift_ci_high"]))
    (before,) = read_report(planted, "UTC", LAST_WEEK - timedelta(days=1)).conclusions
    assert before.experiment == "Completed the week before"
    assert before.verdict == "Nothing can be said yet."
    assert "no lift can be told" not in render_report(replace(report, conclusions=(before,))).text


def test_texts_of_the_data_stay_texts_of_one_line(report: Report) -> None:
    pages = render_report(report)
    page = Page(pages.html)
    assert SHOWN[HOSTILE_COUNTRY] in pages.text
    assert SHOWN[MARKUP] in " ".join(pages.text.split())
    assert page.tags <= {
        *("html", "head", "meta", "link", "title", "body", "table", "tr", "td", "th", "thead"),
        *("tbody", "p", "h1", "h2", "strong", "span", "br"),
    }
    assert not [name for name in page.attributes if name.startswith("on") or name == "src"]
    assert "\u202e" not in pages.html + pages.text
    assert "\nTHE END" not in pages.text
    # What words say of the week stands in both.
    seen = " ".join(page.seen.split())
    told = [one.number.label for one in report.movements]
    for name in (*told, *(one.experiment for one in report.conclusions)):
        assert name in seen
        assert name in pages.text


def test_a_page_needs_nothing_from_elsewhere(report: Report) -> None:
    html = render_report(report).html
    assert not re.findall(r"(?:https?:)?//", html.replace(escape(EXPERIMENT), ""))
    assert "url(" not in html
    assert "<script" not in html
    assert "<style" not in html


def test_a_young_community_gets_a_calm_page(planted: Settings) -> None:
    report = read_report(planted, "UTC", START + timedelta(days=3))
    assert (report.headlines, report.movements, report.conclusions) == ((), (), ())
    for page in (render_report(report).html, render_report(report).text):
        assert "nothing to compare yet" in page
        assert "first event is of 1 January 2024" in page
    second = read_report(planted, "UTC", START + WEEK)
    assert second.headlines, "its first week is whole"


def test_an_empty_warehouse_gets_a_calm_page(empty: Settings) -> None:
    report = read_report(empty, "UTC")
    assert report.first_date is None
    assert "Nothing has happened yet" in render_report(report).html


def test_what_is_not_over_and_what_is_not_built_is_said(
    planted: Settings, database: Settings
) -> None:
    with pytest.raises(DashboardsError, match=f"^The week of {AS_OF} is not over.*{LAST_WEEK}"):
        read_report(planted, "UTC", AS_OF)
    with pytest.raises(DashboardsError, match="not built"):
        read_report(database, "UTC")


def test_a_week_is_told_by_the_days_of_the_zone(planted: Settings) -> None:
    """East of Greenwich, Monday begins on what is Sunday there."""
    with psycopg.connect(planted.as_role(Role.ANALYST).conninfo()) as connection:
        for query in (*CELLS, RATES, CONCLUDED):
            text = text_of_report(query, LAST_WEEK, "Asia/Kathmandu")
            assert "UTC" not in text
            connection.execute(text.encode())


def test_every_file_of_sql_is_asked_for_the_reported_week() -> None:
    assert {path.stem for path in FOLDER.glob("*.sql")} == {*CELLS, RATES, CONCLUDED}
    for path in FOLDER.glob("*.sql"):
        assert path.read_text().count(FILES_WEEK) == 1, path.name
