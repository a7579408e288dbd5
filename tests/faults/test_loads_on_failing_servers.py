"""Landing on a server that is killed, or whose disk is full: nothing is lost, doubled or left.

The server that is killed is the test's own, in a home of its own.
"""

import threading
from collections.abc import Callable, Iterator
from dataclasses import replace

import psycopg
import pytest

from loaders.embedded import server
from loaders.errors import LoadError
from loaders.landing import file_loader
from loaders.pipeline import Progress, Status, load
from loaders.settings import Settings
from tests.faults.disks import fill, small_disk
from tests.integration.landing_content import content_of, lines, nothing, only
from tests.integration.marts import query_of
from tests.servers import kill_server, open_to_all, own_server_in

ROWS = ("events", "entities", "rejected_records")
CONTENT = lines(20_000) + b"broken\n" + lines(20_000, start=20_000)
FEW_WAITS = (0.0, 0.1)


@pytest.fixture
def own_server() -> Iterator[Settings]:
    with open_to_all() as folder, own_server_in(folder / "home") as settings:
        yield settings


class Killing:
    """Kills the server, every process of it, when its load tells its progress the second time."""

    def __init__(self, settings: Settings, then: Callable[[], object]) -> None:
        self._settings, self._then = settings, then
        self.times_told = 0

    def __call__(self, _: Progress) -> None:
        self.times_told += 1
        if self.times_told == 2:
            kill_server(self._settings)
            self._then()


def _assert_as_after_one_clean_run(settings: Settings, path: str) -> None:
    with psycopg.connect(settings.conninfo(), autocommit=True) as connection:
        connection.execute("create database clean")
    clean = replace(settings, database="clean")
    load([path], clean)
    landed, expected = content_of(query_of(settings)), content_of(query_of(clean))
    assert len(landed["events"]) == 40_000
    for table in ROWS:
        assert landed[table] == expected[table]
    assert len(landed["loads"]) == 1


def test_a_server_killed_while_it_loads_and_brought_up_later(
    own_server: Settings, file: Callable[..., str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(file_loader, "WAITS", FEW_WAITS)
    path = file(CONTENT)
    with pytest.raises(LoadError, match="see that the server is up") as told:
        load([path], own_server, Killing(own_server, lambda: None))
    assert "\n" not in str(told.value)
    server.up(own_server)
    assert nothing(query_of(own_server))
    assert only(load([path], own_server)).status == Status.LANDED
    _assert_as_after_one_clean_run(own_server, path)


def test_a_server_killed_while_it_loads_and_brought_up_meanwhile(
    own_server: Settings, file: Callable[..., str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(file_loader, "WAITS", (2.0,) * 15)
    path = file(CONTENT)
    up_again = threading.Thread(target=server.up, args=(own_server,))
    killing = Killing(own_server, up_again.start)
    assert only(load([path], own_server, killing)).status == Status.LANDED
    assert killing.times_told > 2
    up_again.join()
    _assert_as_after_one_clean_run(own_server, path)


# --- a disk that is really full -------------------------------------------------------------------


@pytest.mark.parametrize(
    ("left", "told"),
    [(2_000_000, "No space left.*make room"), (14_000_000, "make room|see that the server is up")],
    ids=["for tables", "for the log, without which the server falls"],
)
def test_a_full_disk_is_said_and_leaves_nothing_in_the_way(
    left: int, told: str, file: Callable[..., str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(file_loader, "WAITS", FEW_WAITS)
    path = file(CONTENT + lines(100_000, start=40_000))
    with small_disk(megabytes=256) as disk, own_server_in(disk / "home") as settings:
        load([file(lines(1, start=-1), "before.jsonl")], settings)
        ballast = fill(disk, but=left)
        with pytest.raises(LoadError, match=told) as raised:
            load([path], settings)
        assert "\n" not in str(raised.value)
        ballast.unlink()
        server.up(settings)
        assert len(content_of(query_of(settings))["events"]) == 1
        assert only(load([path], settings)).events_landed == 140_000
        assert only(load([path], settings)).status == Status.ALREADY_LANDED
        assert query_of(settings)("select count(*) from raw.events") == [{"count": 140_001}]
