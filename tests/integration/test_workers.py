"""Several workers on many files and on one: they leave what one leaves, killed whenever."""

import json
import multiprocessing
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import psycopg
import pytest

from loaders.errors import LoadError
from loaders.landing import connecting, register
from loaders.pipeline import Progress, Status, load
from loaders.settings import Settings
from loaders.workers import parts
from tests.integration.conftest import Query
from tests.integration.landing_content import ENTITY, content_of, lines, only

SMALL_PART = 64 * 1024
ROWS = ("events", "entities", "rejected_records")
AT_WORK = "select pid from pg_stat_activity where application_name = 'chhimeki load'"
MIXED = lines(3000) + b"broken\n" + json.dumps(ENTITY).encode() + b"\n" + lines(3000, start=3000)
# A coordinator that says where it is and then waits to be killed.
STOPPED = """
import sys, time
from loaders import pipeline
from loaders.workers import crew, parts
from loaders.settings import Settings
parts.PART_BYTES = 64 * 1024
def stop(*_):
    print("here", flush=True)
    time.sleep(60)
if __name__ == "__main__":
    match sys.argv[2]:
        case "before": crew.Crew.commit = stop
        case "after":
            commit = crew.Crew.commit
            crew.Crew.commit = lambda self: (commit(self), stop())
    pipeline.load([sys.argv[1]], Settings.from_environment(), workers=2)
"""


@pytest.fixture
def small_parts(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(parts, "PART_BYTES", SMALL_PART)


def test_workers_share_files(database: Settings, file: Callable[..., str], query: Query) -> None:
    paths = [file(lines(50, start=50 * number), f"{number}.jsonl") for number in range(9)]
    paths.append(file(b"\x1f\x8b broken", "broken.jsonl.gz"))
    summary = load(paths, database, workers=3)
    assert [one.file_name for one in summary.files] == paths
    assert [one.status for one in summary.files] == [Status.LANDED] * 9 + [Status.REFUSED]
    assert summary.events_landed == 450
    assert query("select count(distinct event_id) from raw.events") == [{"count": 450}]
    assert [one.status for one in load(paths, database, workers=2).files] == (
        [Status.ALREADY_LANDED] * 9 + [Status.REFUSED]
    )


@pytest.mark.usefixtures("small_parts")
def test_a_file_in_parts_lands_as_it_does_whole(
    database: Settings, file: Callable[..., str], query: Query
) -> None:
    path, told = file(MIXED), list[Progress]()
    landed = only(load([path], database, told.append, workers=3))
    assert (landed.status, landed.records_read) == (Status.LANDED, 6002)
    # Told once a part, so it was cut; the last time everything had been read.
    assert len(told) > 1
    assert (told[-1].records_read, told[-1].bytes_read) == (6002, len(MIXED))
    again = only(load([path], database, workers=3))
    assert (again.status, again.load_id) == (Status.ALREADY_LANDED, landed.load_id)
    in_parts = content_of(query)
    _empty(database)
    load([path], database)
    whole = content_of(query)
    assert [in_parts[table] for table in ROWS] == [whole[table] for table in ROWS]
    assert len(whole["events"]) == 6000


@pytest.mark.usefixtures("small_parts")
@pytest.mark.parametrize(
    "odd",
    [b"\n", b'{"events": [' + lines(2, start=9000).replace(b"\n", b",", 1).strip() + b"]}\n"],
    ids=["blank line", "batch"],
)
def test_a_file_that_is_not_one_record_a_line_is_loaded_whole(
    odd: bytes, database: Settings, file: Callable[..., str], query: Query
) -> None:
    content = lines(2000) + odd + lines(10, start=2000) + b"broken\n"
    landed = only(load([file(content)], database, workers=2))
    records = 2011 + 2 * odd.startswith(b"{")
    assert (landed.status, landed.records_read) == (Status.LANDED, records)
    assert query("select max(record_number), count(*) from raw.events") == [
        {"max": records - 1, "count": records - 1}
    ]
    rejected = query("select record_number, line_number from raw.rejected_records")
    assert rejected == [{"record_number": records, "line_number": 2012}]
    assert not query("select from raw.unpublished_loads")


@pytest.mark.usefixtures("small_parts")
def test_what_postgresql_does_not_take_is_rejected_in_parts_too(
    database: Settings, file: Callable[..., str], query: Query
) -> None:
    # Legal by the verdict of the workers, which know nothing of this patch of the table.
    with psycopg.connect(database.conninfo()) as connection:
        connection.execute(
            "create function raw.refuse() returns trigger language plpgsql as $$ begin"
            " if new.event_id = 'e2500' then raise exception 'no' using errcode = '22003'; end if;"
            " return new; end $$;"
            " create trigger refuse before insert on raw.events"
            " for each row execute function raw.refuse()"
        )
    landed = only(load([file(lines(3000))], database, workers=2))
    assert (landed.events_landed, landed.records_rejected) == (2999, 1)
    assert query("select record_number, reason from raw.rejected_records") == [
        {"record_number": 2501, "reason": "unstorable_number"}
    ]


@pytest.mark.usefixtures("small_parts")
def test_coordinators_of_one_file_land_it_once(
    database: Settings, file: Callable[..., str], query: Query
) -> None:
    path = file(MIXED)
    with ThreadPoolExecutor() as pool:
        outcomes = pool.map(lambda _: only(load([path], database, workers=2)), range(2))
        assert sorted(one.status for one in outcomes) == ["already_landed", "landed"]
    assert query("select count(*) from raw.events") == [{"count": 6000}]


@pytest.mark.parametrize("when", ["before", "after"])
def test_a_coordinator_killed_when_its_workers_commit_leaves_what_a_clean_load_leaves(
    when: str, database: Settings, file: Callable[..., str], query: Query, tmp_path: Path
) -> None:
    path, script = file(MIXED), tmp_path / "stopped.py"
    script.write_text(STOPPED)
    coordinator = subprocess.Popen(
        [sys.executable, str(script), path, when],
        env=os.environ | database.environment(),
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
    )
    with coordinator:
        assert coordinator.stdout is not None
        assert coordinator.stdout.readline() == b"here\n"
        coordinator.kill()
    _wait_until(lambda: not query(AT_WORK))
    assert not query("select from raw.loads")
    assert query("select count(*) from raw.events") == [{"count": 6000 * (when == "after")}]

    assert only(load([path], database)).status == Status.LANDED
    assert query("select count(*) from raw.events") == [{"count": 6000}]
    assert query("select count(distinct load_id) from raw.events") == [{"count": 1}]
    assert not query("select from raw.unpublished_loads")


@pytest.mark.usefixtures("small_parts")
def test_a_worker_that_is_killed_is_said_and_leaves_nothing(
    database: Settings, file: Callable[..., str], query: Query
) -> None:
    def kill_one(_: Progress) -> None:
        os.kill(multiprocessing.active_children()[0].pid or 0, signal.SIGKILL)

    path = file(MIXED)
    with pytest.raises(LoadError, match="worker process died"):
        load([path], database, kill_one, workers=2)
    assert not any(content_of(query).values())
    assert not query("select from raw.unpublished_loads")
    assert only(load([path], database, workers=2)).records_read == 6002


@pytest.mark.usefixtures("small_parts")
def test_a_backend_lost_in_the_middle_is_made_anew(
    database: Settings, file: Callable[..., str], query: Query
) -> None:
    cut = False

    def cut_once(_: Progress) -> None:
        nonlocal cut
        if not cut:
            cut = bool(query("select pg_terminate_backend(pid) from (" + AT_WORK + ") as loaders"))

    landed = only(load([file(MIXED)], database, cut_once, workers=2))
    assert cut
    assert (landed.status, landed.records_read) == (Status.LANDED, 6002)
    assert query("select count(*) from raw.events") == [{"count": 6000}]
    assert not query("select from raw.unpublished_loads")


def test_a_load_in_parts_that_is_at_work_is_left_alone(
    database: Settings, file: Callable[..., str], query: Query
) -> None:
    with connecting.connected(database, "test") as at_work, register.in_parts(at_work) as begun:
        load([file(lines(1))], database)
        rows = query("select load_id from raw.unpublished_loads")
        assert rows == [{"load_id": begun.load_id}]
    assert not query("select from raw.unpublished_loads")


def _empty(database: Settings) -> None:
    with psycopg.connect(database.conninfo()) as connection:
        connection.execute("truncate raw.loads, raw.events, raw.entities, raw.rejected_records")


def _wait_until(happens: Callable[[], bool]) -> None:
    end = time.monotonic() + 30
    while not happens():
        assert time.monotonic() < end
        time.sleep(0.05)
