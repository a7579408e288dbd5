"""The site without a browser: what is declared, written, refused and served."""

import json
import re
import signal
import subprocess
import sys
from collections.abc import Iterator
from datetime import UTC, date, datetime
from html.parser import HTMLParser
from http.client import HTTPConnection
from pathlib import Path
from threading import Thread

import pytest
from click.testing import CliRunner

from dashboards.drawing import rows
from dashboards.model import Answer, Chart, Edition, Page
from dashboards.pages import PAGES
from dashboards.queries import FOLDER, DashboardsError
from dashboards.rendering import render
from dashboards.site import COPIED, LIBRARY, write_site
from loaders.settings import PROJECT_ROOT, Settings
from orchestration.cli import main
from orchestration.serving import ServingError, server_of
from tests.dashboards.conftest import World
from tests.dashboards.hostile_readers import MARKUP
from tests.servers import free_port

EDITION = Edition(date(2024, 1, 31), datetime(2024, 2, 1, tzinfo=UTC))


@pytest.mark.parametrize("missing", ["title", "definition"])
def test_a_chart_that_does_not_say_what_it_shows_is_refused(missing: str) -> None:
    said = {"title": "How many?", "definition": "All of them."} | {missing: " "}
    with pytest.raises(ValueError, match=r"chart sums needs a title and a definition"):
        Chart(name="sums", title=said["title"], definition=said["definition"])


def test_every_file_of_sql_is_a_charts_and_every_chart_has_one() -> None:
    files = {(path.parent.name, path.stem) for path in FOLDER.glob("*/*.sql")}
    # Listed by a function that `chhimeki status` has, too, which keeps its SQL.
    assert files | {("data_quality", "failing")} == {
        (page.name, query) for page in PAGES for query in page.queries
    }


def test_charts_and_pages_are_named_once() -> None:
    for page in PAGES:
        names = [chart.name for chart in page.charts]
        assert len(names) == len(set(names)), page.name
    assert len({page.name for page in PAGES}) == len(PAGES)


@pytest.mark.parametrize(
    ("columns", "scope"),
    [
        (("date", "platform", "country"), "Follows date, platform and country."),
        (("week", "country"), "Follows date and country; the numbers have no platform."),
        (("date", "users"), "Follows date; the numbers have no platform or country."),
        (("funnel",), "Follows no filter: the numbers have no date, platform or country."),
    ],
)
def test_a_chart_says_which_filters_it_follows(columns: tuple[str, ...], scope: str) -> None:
    assert Answer("select 1", columns, ()).scope == scope


class Markup(HTMLParser):
    """Tags of a page, and what its blocks of JSON hold."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.blocks: list[dict[str, object]] = []
        self._in_block = False
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self._in_block = ("type", "application/json") in attrs

    def handle_data(self, data: str) -> None:
        if self._in_block:
            self.blocks.append(json.loads(data))
            self._in_block = False


def test_whatever_the_data_says_is_no_markup() -> None:
    chart = Chart(name="one", title=MARKUP, definition=MARKUP, drawing=rows().mark_bar())
    page = Page(name="hostile", title=MARKUP, lede=MARKUP, charts=(chart,))
    columns = ("platform", "country", MARKUP)
    tame = Answer("select 1", columns, (("web", "NP", "tame"),))
    hostile = Answer(MARKUP, columns, ((MARKUP, MARKUP, MARKUP),))
    (shown,) = render([page], {"hostile": {"one": hostile}}, EDITION).values()
    (plain,) = render([page], {"hostile": {"one": tame}}, EDITION).values()
    found = Markup(shown)
    assert found.tags == Markup(plain).tags
    assert "img" not in found.tags
    assert {"columns": [[MARKUP]] * 3, "names": list(columns), "date": None} in found.blocks


def test_a_site_replaces_a_site_and_nothing_else(world: World, tmp_path: Path, site: Path) -> None:
    supplied = {query: Answer("", ("a",), ()) for page in PAGES for query in page.supplied}
    assert {path.name for path in site.iterdir()} >= {"index.html", LIBRARY, *COPIED}
    old = tmp_path / "old"
    old.mkdir()
    (old / LIBRARY).touch()
    (old / "gone.html").touch()
    write_site(world.settings, old, supplied, "UTC")
    assert {path.name for path in old.iterdir()} == {path.name for path in site.iterdir()}
    assert [path.name for path in tmp_path.iterdir()] == ["old"]

    foreign = tmp_path / "letters"
    foreign.mkdir()
    (foreign / "to_mother.txt").write_text("dear")
    with pytest.raises(DashboardsError, match="holds something else"):
        write_site(world.settings, foreign, supplied, "UTC")
    assert [path.name for path in foreign.iterdir()] == ["to_mother.txt"]


def test_a_warehouse_that_is_not_built_says_so(database: Settings, tmp_path: Path) -> None:
    with pytest.raises(DashboardsError, match="not built; run `chhimeki build`"):
        write_site(database, tmp_path / "site", {}, "UTC")
    assert list(tmp_path.iterdir()) == []


@pytest.fixture
def connection(tmp_path: Path) -> Iterator[HTTPConnection]:
    """To a server of a folder with one page."""
    (tmp_path / "site").mkdir()
    (tmp_path / "site" / "page.html").write_text("hello")
    (tmp_path / "secret.txt").write_text("secret")
    with server_of(tmp_path / "site", 0) as server:
        Thread(target=server.serve_forever, daemon=True).start()
        yield HTTPConnection("127.0.0.1", server.server_port, timeout=10)
        server.shutdown()


@pytest.mark.parametrize(
    ("path", "host", "status"),
    [
        ("/page.html", "127.0.0.1", 200),
        ("/page.html", "localhost:80", 200),
        ("/page.html", "elsewhere.example", 421),
        ("/", "127.0.0.1", 404),
        ("/../secret.txt", "127.0.0.1", 404),
        ("/%2e%2e/secret.txt", "127.0.0.1", 404),
    ],
)
def test_this_machine_is_served_the_folder_and_nobody_anything_else(
    connection: HTTPConnection, path: str, host: str, status: int
) -> None:
    connection.request("GET", path, headers={"Host": host})
    response = connection.getresponse()
    assert response.status == status
    assert response.headers["X-Content-Type-Options"] == "nosniff"


def test_a_port_that_is_taken_is_one_line() -> None:
    port = free_port()
    with server_of(Path(), port), pytest.raises(ServingError, match=f"Port {port} is taken"):
        server_of(Path(), port)


@pytest.fixture
def started(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """Let commands find the warehouse."""
    variables = world.settings.environment() | world.settings.role_environment()
    for name, value in variables.items():
        monkeypatch.setenv(name, value)


@pytest.mark.usefixtures("started")
def test_the_command_exports_a_folder(tmp_path: Path) -> None:
    folder = tmp_path / "exported"
    result = CliRunner().invoke(main, ["dashboards", "--export", str(folder)])
    assert result.output == f"{folder / 'index.html'}\n"
    assert (folder / "data_quality.html").exists()


@pytest.mark.usefixtures("started")
def test_the_command_serves_until_interrupted() -> None:
    command = [sys.executable, "-m", "orchestration.cli", "dashboards", "--port", "0"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, cwd=PROJECT_ROOT) as process:
        assert process.stdout
        line = process.stdout.readline()
        found = re.fullmatch(r"http://127\.0\.0\.1:([0-9]+)/ \(Ctrl-C ends it\)\n", line)
        assert found, line
        connection = HTTPConnection("127.0.0.1", int(found[1]), timeout=10)
        connection.request("GET", "/")
        assert b"<title>Growth" in connection.getresponse().read()
        connection.close()
        process.send_signal(signal.SIGINT)
        assert process.wait(30) == 0
        assert process.stdout.read() == ""
