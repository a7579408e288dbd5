"""Landing exactly once, all or nothing: kills, interrupts, loaders at once, a failing server."""

import os
import signal
import subprocess
import sys
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import psycopg
import pytest

from loaders.errors import LoadError
from loaders.landing import file_loader
from loaders.pipeline import Progress, Status, load
from loaders.settings import Settings
from tests.integration.conftest import Query
from tests.integration.landing_content import lines, nothing, only

COPYING_THEN_WAITING = """
import signal, sys, time
from loaders.pipeline import load
from loaders.settings import Settings
def wait(progress):
    print("copying", flush=True)
    time.sleep(60)
signal.signal(signal.SIGINT, signal.default_int_handler)
load(sys.argv[1:], Settings.from_environment(), wait)
"""


@pytest.mark.parametrize("how", [signal.SIGKILL, signal.SIGINT])
def test_a_load_that_is_killed_leaves_what_a_clean_one_leaves(
    how: signal.Signals, database: Settings, file: Callable[..., str], query: Query
) -> None:
    path = file(lines(20_000) + b"broken\n")
    loader = subprocess.Popen(
        [sys.executable, "-c", COPYING_THEN_WAITING, path],
        env=os.environ | database.environment(),
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
    )
    with loader:
        assert loader.stdout is not None
        assert loader.stdout.readline() == b"copying\n"
        loader.send_signal(how)
    assert nothing(query)
    assert only(load([path], database)).status == Status.LANDED
    assert len(query("select from raw.events")) == 20_000
    assert len(query("select from raw.rejected_records")) == 1


def test_an_interrupt_leaves_nothing(
    database: Settings, file: Callable[..., str], query: Query
) -> None:
    def interrupt(_: Progress) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        load([file(lines(10))], database, interrupt)
    assert nothing(query)


def test_many_loaders_of_one_file_land_it_once(
    database: Settings, file: Callable[..., str], query: Query
) -> None:
    path = file(lines(5000))
    with ThreadPoolExecutor() as pool:
        outcomes = [only(one) for one in pool.map(lambda _: load([path], database), range(4))]
    assert sorted(one.status for one in outcomes) == ["already_landed"] * 3 + ["landed"]
    assert len({one.load_id for one in outcomes}) == 1
    assert len(query("select from raw.events")) == 5000


def test_the_order_of_landing_is_the_order_of_commits(
    database: Settings, file: Callable[..., str], query: Query
) -> None:
    begun, may_go_on = threading.Event(), threading.Event()

    def hold(_: Progress) -> None:
        begun.set()
        may_go_on.wait(60)

    with ThreadPoolExecutor() as pool:
        slow = pool.submit(load, [file(lines(10), "slow.jsonl")], database, hold)
        assert begun.wait(60)
        quick = only(load([file(lines(10, start=10), "quick.jsonl")], database))
        may_go_on.set()
        late = only(slow.result(60))
    assert (late.load_id or 0) < (quick.load_id or 0)
    order = query("select load_id from raw.loads order by landing_order")
    assert [row["load_id"] for row in order] == [quick.load_id, late.load_id]


def test_loaders_of_many_files_do_not_hold_each_other_up(
    database: Settings, file: Callable[..., str], query: Query
) -> None:
    paths = [file(lines(300, start=300 * number), f"{number}.jsonl") for number in range(12)]
    with ThreadPoolExecutor(3) as pool:
        summaries = list(pool.map(lambda order: load(order, database), [paths, paths[::-1], paths]))
    assert sum(len(one.with_status(Status.LANDED)) for one in summaries) == 12
    assert query("select count(*), count(distinct event_id) as ids from raw.events") == [
        {"count": 3600, "ids": 3600}
    ]
    orders = query("select landing_order from raw.loads order by landed_at")
    assert sorted(row["landing_order"] for row in orders) == list(range(1, 13))


def test_a_wrong_password_is_said_in_one_line(database: Settings, file: Callable[..., str]) -> None:
    with pytest.raises(LoadError, match="password") as raised:
        load([file(lines(1))], replace(database, password="wrong"))  # noqa: S106
    assert "\n" not in str(raised.value)


@pytest.fixture
def short_waits(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(file_loader, "WAITS", (0.0, 0.1))


class Cutting:
    """Terminates the connection that copies, so many times."""

    def __init__(self, query: Query, times: int) -> None:
        self._query, self.left = query, times

    def __call__(self, _: Progress) -> None:
        if self.left:
            # What has been copied by then goes to the server first.
            cut = "select pg_terminate_backend(pid) from pg_stat_activity where query like 'copy%%'"
            self.left -= len(self._query(cut))


@pytest.mark.usefixtures("short_waits")
@pytest.mark.parametrize("times", [1, 2])
def test_a_load_whose_connection_is_lost_begins_anew_and_lands_once(
    times: int, database: Settings, file: Callable[..., str], query: Query
) -> None:
    cutting = Cutting(query, times)
    content = lines(10_000) + b"broken\n" + lines(10_000, start=10_000)
    outcome = only(load([file(content)], database, cutting))
    assert cutting.left == 0
    assert (outcome.status, outcome.records_read) == (Status.LANDED, 20_001)
    assert query("select count(*), count(distinct event_id) as ids from raw.events") == [
        {"count": 20_000, "ids": 20_000}
    ]
    assert (
        len(query("select from raw.rejected_records")) == len(query("select from raw.loads")) == 1
    )


@pytest.mark.usefixtures("short_waits")
def test_a_connection_that_is_lost_again_and_again_is_said_and_leaves_nothing(
    database: Settings, file: Callable[..., str], query: Query
) -> None:
    cutting = Cutting(query, times=3)
    with pytest.raises(LoadError, match="not landed"):
        load([file(lines(20_000))], database, cutting)
    assert cutting.left == 0
    assert nothing(query)


@pytest.mark.parametrize(("state", "todo"), [("53100", "room"), ("42501", "grant")])
def test_a_failing_server_is_said_with_what_to_do(
    state: str, todo: str, database: Settings, file: Callable[..., str], query: Query
) -> None:
    with psycopg.connect(database.conninfo()) as connection:
        connection.execute(
            "create function raw.fail() returns trigger language plpgsql as"
            f" $$ begin raise exception 'it fails' using errcode = '{state}'; end $$;"
            " create trigger fail before insert on raw.events"
            " for each row execute function raw.fail()".encode()
        )
    with pytest.raises(LoadError, match=f"it fails.*{todo}"):
        load([file(lines(1))], database)
    assert nothing(query)


@pytest.mark.usefixtures("short_waits")
def test_a_load_whose_connection_is_lost_to_one_of_the_same_file_finds_it_landed(
    database: Settings, file: Callable[..., str], query: Query
) -> None:
    path = file(lines(20_000))
    cutting = Cutting(query, times=1)

    def lose_to_another(progress: Progress) -> None:
        if cutting.left:
            cutting(progress)
            assert only(load([path], database)).status == Status.LANDED

    assert only(load([path], database, lose_to_another)).status == Status.ALREADY_LANDED
    assert len(query("select from raw.events")) == 20_000
