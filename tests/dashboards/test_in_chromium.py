"""The site in a real browser: every page, as a reader meets it."""

import csv
import io
from collections.abc import Callable
from datetime import date, timedelta
from pathlib import Path

import pytest
from selenium.webdriver.common.by import By
from selenium.webdriver.common.keys import Keys
from selenium.webdriver.support.select import Select
from selenium.webdriver.support.wait import WebDriverWait

from dashboards.model import Answer, Page, Value
from dashboards.pages import PAGES
from dashboards.rendering import file_of
from tests.dashboards.browser import Browser
from tests.dashboards.conftest import World
from tests.dashboards.hostile_readers import FORMULA, MARKUP

FILES = [file_of(page, PAGES) for page in PAGES]
NARROW = 400
LISTED = 200
NOTHING = "\N{EN DASH}"

Opened = Callable[..., Browser]


@pytest.fixture
def opened(browser: Browser, address: str) -> Opened:
    """Open a page of the site by its file."""

    def open_page(file: str, width: int = 1280) -> Browser:
        browser.open(address + file, width)
        return browser

    return open_page


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_a_page_draws_all_its_charts_and_asks_nobody_else(
    opened: Opened, address: str, answers: dict[str, dict[str, Answer]], page: Page
) -> None:
    browser = opened(file_of(page, PAGES))
    assert browser.complaints() == []
    assert browser.hosts() == {address.split("/")[2]}
    for chart in page.charts:
        marks = f"document.querySelectorAll('#{chart.name} .drawing [aria-roledescription]').length"
        expected = bool(chart.drawing and answers[page.name][chart.query].rows)
        assert bool(browser.evaluate(marks)) == expected, chart.name
    assert browser.evaluate("document.title") == f"{page.title} · Chhimeki"


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_tables_list_what_sql_answers(
    opened: Opened, answers: dict[str, dict[str, Answer]], page: Page
) -> None:
    browser = opened(file_of(page, PAGES))
    for chart in page.charts:
        answer = answers[page.name][chart.query]
        rows = [dict(zip(answer.columns, row, strict=True)) for row in answer.rows]
        if chart.choice:
            choice = browser.one(f"#{chart.name} .choice").get_attribute("value")
            rows = [row for row in rows if row[chart.choice] == choice]
        shown = browser.table(chart.name)
        assert len(shown) == min(len(rows), LISTED), chart.name
        for row, cells in zip(rows, shown, strict=False):
            # Time goes on between the two readings.
            row.pop("hours_ago", None)
            assert {name: cells[name] for name in row} == {
                name: spelled(value) for name, value in row.items()
            }


def spelled(value: Value) -> str:
    """As JavaScript spells it."""
    if value is None:
        return NOTHING
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, float):
        return f"{value:.0f}" if value.is_integer() else repr(value)
    return str(value)


@pytest.mark.parametrize("file", FILES)
def test_a_narrow_window_needs_no_sideways_scrolling(opened: Opened, file: str) -> None:
    browser = opened(file, NARROW)
    page = "document.documentElement"
    assert browser.evaluate(f"{page}.scrollWidth") <= browser.evaluate(f"{page}.clientWidth")
    too_wide = f"""[...document.querySelectorAll('main *, header *')]
        .filter((one) => !one.closest('.scroll, .unseen, svg'))
        .filter((one) => one.getBoundingClientRect().right > {NARROW})
        .map((one) => one.outerHTML.slice(0, 80))"""
    assert browser.evaluate(too_wide) == []


def test_the_exported_folder_opens_without_a_server(browser: Browser, site: Path) -> None:
    browser.open((site / "index.html").as_uri())
    assert browser.complaints() == []
    assert browser.hosts() == {""}
    assert browser.texts("section.chart svg")


def test_headlines_are_the_numbers_of_the_last_whole_date(opened: Opened, world: World) -> None:
    browser = opened("index.html")
    days = {row["date"]: row for row in world.marts["active_users_daily"]}
    last = days[world.as_of - timedelta(days=1)]
    shown = dict(
        zip(
            browser.texts(".headlines dt"),
            browser.texts(".headlines dd.value"),
            strict=True,
        )
    )
    assert shown["Daily active users"] == f"{last['dau']:,}"
    assert shown["Monthly active users"] == f"{last['mau']:,}"
    assert float(shown["Stickiness"].rstrip("%")) == pytest.approx(
        float(last["stickiness"]) * 100, abs=0.05
    )


def test_marks_stand_at_the_dates_of_the_warehouse_whatever_the_readers_zone(
    opened: Opened, world: World
) -> None:
    browser = opened("index.html")
    days = sorted(row["date"] for row in world.marts["active_users_daily"])[:-1]
    labels = browser.evaluate(
        "[...document.querySelectorAll('#stickiness [aria-roledescription=\"point\"]')]"
        ".map((one) => one.getAttribute('aria-label'))"
    )
    shown = {label.split(";")[0].removeprefix("date: ") for label in labels}
    assert shown == {f"{day.day} {day:%b}" for day in days}


def test_a_range_of_dates_filters_rows_charts_and_headlines(opened: Opened, world: World) -> None:
    browser = opened("index.html")
    first = world.as_of - timedelta(days=12)
    last = world.as_of - timedelta(days=9)
    browser.set("from", first.isoformat())
    browser.set("to", last.isoformat())
    shown = [date.fromisoformat(row["date"]) for row in browser.table("active_users")]
    assert shown == [first + timedelta(days=one) for one in range(4)]
    points = "document.querySelectorAll('#stickiness [aria-roledescription=\"point\"]').length"
    assert browser.evaluate(points) == 4
    dau = next(row["dau"] for row in world.marts["active_users_daily"] if row["date"] == last)
    assert browser.texts(".headlines dd.value")[0] == f"{dau:,}"


def test_a_button_chooses_the_last_weeks_and_reset_all(opened: Opened, world: World) -> None:
    browser = opened("engagement.html")
    every = len(browser.table("social"))
    browser.one("[data-days='28']").click()
    browser.settle()
    days = {date.fromisoformat(row["date"]) for row in browser.table("social")}
    assert min(days) >= world.as_of - timedelta(days=28)
    assert len(days) < every
    assert browser.one("[data-days='28']").get_attribute("aria-pressed") == "true"
    browser.one("button[type=reset]").click()
    WebDriverWait(browser.driver, 10).until(lambda _: len(browser.table("social")) == every)


def test_platform_and_country_filter_what_tells_them_and_nothing_else(opened: Opened) -> None:
    browser = opened("engagement.html")
    untouched = browser.table("social")
    browser.set("platform", "web")
    browser.set("country", "NP")
    rows = browser.table("sessions")
    assert {(row["platform"], row["country"]) for row in rows} == {("web", "NP")}
    last = max(row["date"] for row in rows)
    visits = sum(int(row["sessions"]) for row in rows if row["date"] == last)
    assert browser.texts(".headlines dd.value")[0] == f"{visits:,}"
    assert browser.table("social") == untouched
    assert browser.texts("#social .scope") == [
        "Follows date; the numbers have no platform or country."
    ]


def test_filters_go_along_to_the_next_page_and_stand_in_its_address(opened: Opened) -> None:
    browser = opened("engagement.html")
    browser.set("platform", "web")
    browser.driver.find_element(By.LINK_TEXT, "Growth").click()
    WebDriverWait(browser.driver, 10).until(lambda driver: "index.html" in driver.current_url)
    browser.settle()
    assert browser.driver.current_url.endswith("#platform=web")
    assert {row["platform"] for row in browser.table("platforms")} == {"web"}


def test_a_choice_shows_one_of_several(opened: Opened) -> None:
    browser = opened("engagement.html")
    choice = browser.one("#funnels select.choice")
    assert {row["funnel"] for row in browser.table("funnels")} == {choice.get_attribute("value")}
    choice.send_keys("search")
    WebDriverWait(browser.driver, 10).until(
        lambda _: {row["funnel"] for row in browser.table("funnels")} == {"search"}
    )


def test_no_rows_are_said_to_be_none(opened: Opened) -> None:
    browser = opened("index.html")
    browser.set("from", "2999-01-01")
    assert browser.one("#active_users .empty").text == "No rows."
    assert browser.texts("#active_users .drawing svg") == []
    assert browser.texts(".headlines dd.value")[0] == NOTHING
    assert browser.complaints() == []


def test_everything_is_reached_and_opened_by_keyboard(opened: Opened) -> None:
    browser = opened("index.html")
    keys = browser.driver.switch_to.active_element
    seen = []
    for _ in range(60):
        keys.send_keys(Keys.TAB)
        keys = browser.driver.switch_to.active_element
        seen.append(browser.evaluate("document.activeElement.textContent.trim()"))
        style = browser.evaluate("getComputedStyle(document.activeElement).outlineStyle")
        assert style != "none", f"focus on {seen[-1]!r} cannot be seen"
        if seen[-1] == "Table":
            break
    assert seen[0] == "Skip to the charts"
    assert [page.title for page in PAGES] == seen[1 : len(PAGES) + 1]
    keys.send_keys(Keys.ENTER)
    assert browser.one("#active_users details.table").get_attribute("open")
    assert browser.one("#active_users table").is_displayed()


def test_a_chart_shows_its_sql_and_hands_out_its_rows(opened: Opened) -> None:
    browser = opened("engagement.html")
    assert "from analyst.user_sessions" in browser.texts("#sessions pre")[0]
    browser.set("country", MARKUP)
    browser.one("#sessions .csv").click()
    file = browser.downloads / "sessions.csv"
    WebDriverWait(browser.driver, 10).until(lambda _: file.exists())
    rows = list(csv.DictReader(io.StringIO(file.read_text(encoding="utf-8"), newline="")))
    assert rows == browser.table("sessions")
    assert [row["country"] for row in rows] == [MARKUP]


@pytest.mark.parametrize("page", PAGES[:6], ids=lambda page: page.name)
def test_texts_of_the_data_stay_texts(opened: Opened, page: Page) -> None:
    browser = opened(file_of(page, PAGES))
    shown = set(browser.texts("main option, main td"))
    for chart in (chart for chart in page.charts if chart.choice):
        for option in browser.texts(f"#{chart.name} .choice option"):
            Select(browser.one(f"#{chart.name} .choice")).select_by_visible_text(option)
            shown |= set(browser.texts("main td"))
    assert MARKUP in shown
    assert browser.evaluate("document.querySelectorAll('main img').length") == 0
    assert browser.evaluate("document.title") == f"{page.title} · Chhimeki"


def test_a_spreadsheet_takes_no_text_for_a_formula(opened: Opened) -> None:
    browser = opened("content.html")
    Select(browser.one("#top .choice")).select_by_visible_text("post")
    WebDriverWait(browser.driver, 10).until(
        lambda _: FORMULA in {row["content"] for row in browser.table("top")}
    )
    browser.one("#top .csv").click()
    file = browser.downloads / "top.csv"
    WebDriverWait(browser.driver, 10).until(lambda _: file.exists())
    rows = csv.DictReader(io.StringIO(file.read_text(encoding="utf-8"), newline=""))
    contents = {row["content"] for row in rows}
    assert f"'{FORMULA}" in contents
    assert FORMULA not in contents
