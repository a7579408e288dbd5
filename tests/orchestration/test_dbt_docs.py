"""dbt's pages, as `chhimeki docs` makes and shows them: whole, and to this machine only."""

import dataclasses
import http.client
import os
import re
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from threading import Thread
from typing import NamedTuple

import pytest

from loaders.settings import PROJECT_ROOT
from orchestration.dbt_docs import POLICY, page_of
from orchestration.serving import HOST, server_of
from tests.conftest import MadeDatabase
from tests.dbt_in_process import DbtInProcess

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser")
HEADLESS = (
    *("--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run"),
    *("--disable-background-networking", "--disable-component-update", "--disable-sync"),
    *("--enable-logging=stderr", "--dump-dom", "--virtual-time-budget=20000"),
)


class Shown(NamedTuple):
    """What `chhimeki docs` did, from its start to Ctrl-C."""

    told: str
    complaints: str
    code: int
    page: Path


@pytest.fixture(scope="module")
def shown(made_database: MadeDatabase, tmp_path_factory: pytest.TempPathFactory) -> Shown:
    home = tmp_path_factory.mktemp("home")
    documented = dataclasses.replace(made_database("documented"), home=home)
    command = subprocess.Popen(
        [sys.executable, "-m", "orchestration.cli", "docs", "--port", "0"],
        cwd=PROJECT_ROOT,
        env=os.environ | documented.environment() | {"CHHIMEKI_LANDING": str(home / "landing")},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    assert command.stdout
    told = command.stdout.readline()
    # A command takes it as Ctrl-C, which a test run in the background would make it deaf to.
    command.send_signal(signal.SIGTERM)
    _, complaints = command.communicate()
    return Shown(told, complaints, command.returncode, page_of(documented))


def test_the_command_tells_where_and_ends_by_an_interrupt(shown: Shown) -> None:
    assert re.fullmatch(rf"http://{HOST}:\d+/ \(Ctrl-C ends it\)\n", shown.told)
    assert shown.complaints == ""
    assert shown.code == 0


def test_the_pages_are_one_file_about_everything(shown: Shown, dbt: DbtInProcess) -> None:
    page = shown.page.read_text()
    named = set(re.findall(r'"((?:model|source|exposure|metric|semantic_model)\.[^"]+)"', page))
    manifest = dbt.manifest
    models = {one for one in manifest.nodes if one.startswith("model.")}
    assert named >= models | set(manifest.sources) | set(manifest.exposures)
    assert named >= set(manifest.metrics) | set(manifest.semantic_models)
    # Else the page loads a tracker from elsewhere.
    assert '"send_anonymous_usage_stats": false' in page


@pytest.fixture
def address(shown: Shown) -> Iterator[tuple[str, int]]:
    with server_of(shown.page.parent, 0, POLICY) as server:
        Thread(target=server.serve_forever, daemon=True).start()
        yield HOST, server.server_port
        server.shutdown()


@pytest.mark.skipif(not CHROMIUM, reason="no Chromium on this machine to open the pages with")
def test_a_browser_shows_the_overview_and_is_sent_nowhere_else(
    address: tuple[str, int], tmp_path: Path
) -> None:
    opened = subprocess.run(
        [
            *(str(CHROMIUM), *HEADLESS, f"--user-data-dir={tmp_path}"),
            f"http://{HOST}:{address[1]}/",
        ],
        capture_output=True,
        text=True,
        check=True,
    )
    assert "Where to begin</h2>" in opened.stdout
    # What Chromium says of anything that the page wants from another host.
    assert "violates the following Content Security Policy" not in opened.stderr


def test_only_this_machine_is_answered(address: tuple[str, int]) -> None:
    def status(path: str, host: str) -> int:
        connection = http.client.HTTPConnection(*address)
        connection.request("GET", path, headers={"Host": host})
        return connection.getresponse().status

    assert status("/", f"localhost:{address[1]}") == 200
    assert status("/", "elsewhere.example") == 421
    assert status("/manifest.json", HOST) == 404


def test_the_page_may_ask_no_other_host(address: tuple[str, int]) -> None:
    connection = http.client.HTTPConnection(*address)
    connection.request("GET", "/")
    policy = connection.getresponse().headers["Content-Security-Policy"]
    assert policy == "default-src 'self' 'unsafe-inline' 'unsafe-eval' data:"
