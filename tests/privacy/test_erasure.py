"""The erasure: afterwards the person is nowhere, and every number is that of who remains."""

import dataclasses
import gzip
import json
import re
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import psycopg
import pytest
from cryptography.fernet import Fernet

from loaders import landing_folder
from loaders.embedded import server
from loaders.errors import SettingsError
from loaders.landing import register
from loaders.pipeline import Status, load
from loaders.records.sealing import Sealer
from loaders.replay.replaying import replay
from loaders.settings import Settings
from privacy.people import receipts
from privacy.people.erasure import ErasedPerson, complete_open
from privacy.people.export import export
from privacy.people.person import UnknownPersonError
from privacy.people.receipts import ErasedPersonError
from tests.dbt_in_process import DbtInProcess
from tests.integration.conftest import Land, Query, write_ndjson
from tests.integration.marts import assert_same, build, every_row, query_of
from tests.privacy import people
from tests.privacy.people import ERIKA, NAMES, Record, event

Connection = psycopg.Connection[Any]
RECONCILIATION = "assert_records_read_equal_landed_and_rejected"
MADE = people.records(seed=73)


@pytest.fixture
def warehouse(database: Settings, tmp_path: Path) -> Settings:
    """A warehouse whose home holds nothing but what the test puts there."""
    home = tmp_path / "home"
    return dataclasses.replace(database, home=home, landing=home / "landing")


@pytest.fixture
def connection(database: Settings) -> Iterator[Connection]:
    with psycopg.connect(database.conninfo(), autocommit=True) as opened:
        receipts.prepare(opened)
        yield opened


def erase(
    connection: Connection,
    settings: Settings,
    user: str = ERIKA,
    rebuild: Callable[[], None] = lambda: None,
) -> ErasedPerson:
    digest = receipts.request(connection, user)
    return complete_open(connection, settings, rebuild)[digest]


def dump(settings: Settings) -> str:
    """Everything in the database, as text, without those whose names contain hers."""
    command = [str(server.binaries() / "pg_dump"), settings.conninfo()]
    told = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    return without_bystanders(told)


def without_bystanders(text: str) -> str:
    for name in people.BYSTANDERS:
        text = text.replace(name, "")
    return text.lower()


def assert_nowhere(text: str) -> None:
    for name in NAMES:
        assert name.lower() not in text, text[(at := text.index(name.lower())) - 200 : at + 200]


def those_who_remain(made: list[Record]) -> list[Record]:
    """What an application that never knew her would have sent, told independently of ours."""
    names = re.compile("|".join(map(re.escape, sorted(NAMES, key=len))), re.IGNORECASE)
    remaining: list[Record] = []
    for one in made:
        if isinstance(one, bytes):
            remaining.append(b"broken" if names.search(one.decode()) else one)
        elif one.get("userId") != ERIKA and (one.get("entityType"), one.get("entityId")) != (
            "user",
            ERIKA,
        ):
            kept = json.dumps(one)
            for name in people.BYSTANDERS:
                kept = kept.replace(name, f"<{people.BYSTANDERS.index(name)}>")
            kept = names.sub("erased", kept)
            for number, name in enumerate(people.BYSTANDERS):
                kept = kept.replace(f"<{number}>", name)
            remaining.append(json.loads(kept))
    # Nobody but her is known in the session of this one.
    return [one for one in remaining if isinstance(one, bytes) or one.get("eventId") != "about_8"]


def test_every_number_is_that_of_who_remains_and_she_is_nowhere(
    land: Land, warehouse: Settings, connection: Connection, dbt: DbtInProcess, query: Query
) -> None:
    land(MADE)
    build(dbt, warehouse, "--exclude-resource-type", "test")

    erased = erase(
        connection,
        warehouse,
        rebuild=lambda: build(dbt, warehouse, "--full-refresh", "--exclude-resource-type", "test"),
    )

    assert_nowhere(dump(warehouse))
    assert erased.rows["raw.events"] > 10
    expected = as_if_never_there(dbt, warehouse)
    for name, rows in every_row(query).items():
        assert_same(name, rows, expected[name])


def as_if_never_there(dbt: DbtInProcess, database: Settings) -> dict[str, list[dict[str, Any]]]:
    """Marts and metrics of another database, in which only those who remain have landed."""
    other = dataclasses.replace(database, database=f"{database.database}_remaining")
    with psycopg.connect(database.conninfo(), autocommit=True) as connection:
        connection.execute(f"create database {other.database} template template_raw")
    path = write_ndjson(database.home.parent / "remaining.jsonl", those_who_remain(MADE))
    load([str(path)], other)
    build(dbt, other, "--exclude-resource-type", "test")
    return every_row(query_of(other))


def test_names_that_are_sealed_are_found_in_what_others_said(
    warehouse: Settings, connection: Connection, query: Query, tmp_path: Path
) -> None:
    key = Fernet.generate_key().decode()
    path = write_ndjson(tmp_path / "sealed.jsonl", MADE)
    load([str(path)], dataclasses.replace(warehouse, encryption_keys=(key,)))
    with pytest.raises(SettingsError, match="set CHHIMEKI_ENCRYPTION_KEYS"):
        receipts.request(connection, ERIKA)

    receipts.request(connection, ERIKA, Sealer([key]))
    complete_open(connection, warehouse, lambda: None)

    assert_nowhere(dump(warehouse))
    recorded = query("select action, person is not null as told from audit.log order by entry_id")
    assert [row["action"] for row in recorded] == ["request-erasure", "erase"]
    assert all(row["told"] for row in recorded)


def test_it_is_counted_and_receipted_without_a_name(
    land: Land, database: Settings, warehouse: Settings, connection: Connection, query: Query
) -> None:
    land(MADE)
    connection.execute("analyze")
    read = query("select records_read from raw.loads")

    erased = erase(connection, warehouse)

    (receipt,) = query("select * from privacy.receipts")
    assert receipt["rows_erased"] == erased.rows
    assert receipt["requested_at"] <= receipt["completed_at"]
    assert query("select * from privacy.erasure_requests") == []
    assert query("select records_read from raw.loads") == read
    assert_nowhere(
        without_bystanders(str(query("select * from pg_stats where schemaname = 'raw'")))
    )
    assert_reconciled(query)
    assert query(
        "select distinct detail, record from raw.rejected_records where reason = 'erased'"
    ) == [{"detail": "", "record": b""}]
    assert_nowhere(dump(database))


def assert_reconciled(query: Query) -> None:
    assert not query(
        "select from raw.loads where"
        " events_landed <> (select count(*) from raw.events where load_id = loads.load_id)"
        " or entities_landed <> (select count(*) from raw.entities where load_id = loads.load_id)"
        " or records_rejected <>"
        " (select count(*) from raw.rejected_records where load_id = loads.load_id)"
    )


def test_who_is_called_like_her_stays(
    land: Land, warehouse: Settings, connection: Connection, query: Query
) -> None:
    others = [
        event("1", "post_like", "user_2", data={"postId": ERIKA, "postAuthor": f"{ERIKA}:b"}),
        event("2", "page_view", "user_2", metadata={"platform": "web", "browser": "erika_m"}),
        event("3", "page_view", "user_2", data={"title": "a 1.50 and 10", "loadTime": 12.50}),
    ]
    land([people.user(ERIKA, "erika_m"), *others, *MADE])
    written = query(
        "select data::text, metadata::text from raw.events where event_id < '4'"
        " and length(event_id) = 1 order by 1"
    )

    erase(connection, warehouse)

    left = query(
        "select data::text, metadata::text from raw.events where event_id < '4'"
        " and length(event_id) = 1 order by 1"
    )
    assert left == written
    for number, name in enumerate(people.BYSTANDERS):
        (row,) = query(
            "select user_id, metadata ->> 'url' as url from raw.events where event_id = %s",
            f"bystander_{number}",
        )
        assert row == {"user_id": name, "url": f"/{name}"}


@pytest.mark.parametrize("workers", [1, 2])
def test_what_arrives_later_is_kept_out(
    land: Land,
    warehouse: Settings,
    connection: Connection,
    query: Query,
    tmp_path: Path,
    workers: int,
) -> None:
    land(MADE)
    erase(connection, warehouse)
    late = [
        *MADE,
        event("new", "page_view", ERIKA, data={"title": "é\\n"}),
        event("x", "page_view", "u"),
    ]
    path = write_ndjson(tmp_path / "late.jsonl", late)

    summary = load([str(path)], warehouse, workers=workers)

    assert_nowhere(dump(warehouse))
    assert summary.records_read == len(late)
    assert_reconciled(query)
    (counted,) = query(
        "select count(*) as records from raw.rejected_records where load_id ="
        " (select max(load_id) from raw.loads) and reason = 'erased'"
    )
    hers = [
        one
        for one in late
        if not isinstance(one, bytes) and ERIKA in (one.get("userId"), one.get("entityId"))
    ]
    assert counted["records"] == len(hers) + 2
    assert query("select from raw.events where event_id = 'x'")
    assert load([str(path)], warehouse).files[0].status is Status.ALREADY_LANDED


def test_a_load_that_began_before_leaves_her_out(
    land: Land,
    warehouse: Settings,
    connection: Connection,
    query: Query,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    land([people.user(ERIKA, "erika_m")])
    path = write_ndjson(tmp_path / "meanwhile.jsonl", [event("e", "page_view", ERIKA)])
    finish = register.finish

    def after_an_erasure(*arguments: Any) -> None:
        monkeypatch.setattr(register, "finish", finish)
        erase(connection, warehouse)
        finish(*arguments)

    monkeypatch.setattr(register, "finish", after_an_erasure)
    summary = load([str(path)], warehouse)

    assert (summary.events_landed, summary.records_rejected) == (0, 1)
    assert query("select from raw.events") == []


def mend(connection: Connection, event_id: str) -> None:
    """Make the rejected record of an event legal, as a later release of the loader might."""
    mended = connection.execute(
        "update raw.rejected_records"
        " set record = replace(convert_from(record, 'utf8'), '+99:99', '+00:00')::bytea"
        " where position(convert_to(%s, 'utf8') in record) > 0",
        [event_id],
    )
    assert mended.rowcount


def test_replays_stay_reconciled_and_bring_nothing_back(
    land: Land, warehouse: Settings, connection: Connection, query: Query, dbt: DbtInProcess
) -> None:
    never = {"timestamp": "2024-02-01T10:00:00+99:99"}
    hers, others = (event(f"bad_{who}", "page_view", who) | never for who in (ERIKA, "user_2"))
    land([*MADE, hers, others])
    mend(connection, "bad_erika")
    assert replay(warehouse).events_landed == 1

    erase(connection, warehouse)
    left_out = "select count(*) as rows from raw.rejected_records where reason = 'erased'"
    of_load = f"{left_out} and load_id = (select max(load_id) from raw.loads)"
    before = query(of_load)
    mend(connection, "bad_user_2")
    assert replay(warehouse).events_landed == 1

    assert query(of_load) == before
    assert_reconciled(query)
    assert_nowhere(dump(warehouse))
    build(dbt, warehouse, "--select", "stg_events", RECONCILIATION)


def test_files_lose_her(land: Land, warehouse: Settings, connection: Connection) -> None:
    land(MADE)
    line = json.dumps(event("e", "page_view", ERIKA)).encode()
    files = {
        "landing/done/plain.jsonl": line,
        "landing/done/below/packed.jsonl.gz": gzip.compress(b"\n" * 2_000_000 + line),
        "landing/refused/cut.jsonl.gz": gzip.compress(line)[:-9],
        "landing/done/others.jsonl": f'{{"userId": "{people.BYSTANDERS[0]}"}}'.encode(),
        "dbt/dbt.log": f"10:00 look at {ERIKA}, says {NAMES[2]}\n10:01 done\n".encode(),
    }
    for name, content in files.items():
        path = warehouse.home / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)

    erased = erase(connection, warehouse)

    left = {str(path.relative_to(warehouse.home)): path for path in warehouse.home.rglob("*")}
    kept = {name for name, path in left.items() if path.is_file()}
    assert kept == {"landing/done/others.jsonl", "dbt/dbt.log"}
    assert left["dbt/dbt.log"].read_text() == "10:00 look at erased, says erased\n10:01 done\n"
    assert erased.rows["files"] == 4


KILLED = """
import os, signal, sys
from pathlib import Path
import psycopg
from loaders.settings import Settings
from privacy.people import erasure, raw_erasure, receipts

def dies(*_):
    os.kill(os.getpid(), signal.SIGKILL)

module, name = sys.argv[1].split(":")
setattr({"erasure": erasure, "raw": raw_erasure, "receipts": receipts}[module], name, dies)
settings = Settings.from_environment()
with psycopg.connect(settings.conninfo(), autocommit=True) as connection:
    receipts.request(connection, sys.argv[2])
    erasure.complete_open(connection, settings, lambda: dies() if name == "rebuild" else None)
"""


@pytest.mark.parametrize(
    "step",
    [
        "erasure:erase_from_files",
        "erasure:erase_records",
        "raw:_keep_out",
        "raw:_rewrite_entities",
        "receipts:note_rows",
        "erasure:vacuum",
        "erasure:rebuild",
        "receipts:complete",
    ],
)
def test_killed_at_any_step_it_is_gone_on_with(
    land: Land, warehouse: Settings, connection: Connection, query: Query, step: str
) -> None:
    land(MADE)
    killed = subprocess.run(
        [sys.executable, "-c", KILLED, step, ERIKA], env=warehouse.environment(), check=False
    )
    assert killed.returncode == -signal.SIGKILL
    assert query("select from privacy.erasure_requests")

    rebuilt: list[bool] = []
    (erased,) = complete_open(connection, warehouse, lambda: rebuilt.append(True)).values()

    assert rebuilt == [True]
    assert erased.rows["raw.events"] > 10
    assert len(query("select from privacy.receipts")) == 1
    assert_reconciled(query)
    assert_nowhere(dump(warehouse))


def test_twice_says_when_it_was(
    land: Land, warehouse: Settings, connection: Connection, tmp_path: Path, query: Query
) -> None:
    land([people.user(ERIKA, "erika_m"), event("e", "page_view", ERIKA)])
    key = receipts.known_person(connection, ERIKA).key
    erase(connection, warehouse, str(key))

    for user in (ERIKA, str(key)):
        with pytest.raises(ErasedPersonError, match=r"was erased on \d{4}-\d\d-\d\d at "):
            erase(connection, warehouse, user)
        with pytest.raises(ErasedPersonError, match="nothing is held"):
            export(connection, user, tmp_path / "erika.zip")
    assert not list(tmp_path.glob("*.zip"))
    assert len(query("select from privacy.receipts")) == 1


@pytest.mark.parametrize("user", ["", "nobody", "%", "erika' or '1'='1", f"{ERIKA} "])
def test_who_is_unknown_is_not_erased(
    land: Land, warehouse: Settings, connection: Connection, query: Query, user: str
) -> None:
    land([people.user(ERIKA, "erika_m")])
    with pytest.raises(UnknownPersonError):
        erase(connection, warehouse, user)
    assert query("select from privacy.erasure_requests") == []


def test_a_file_that_names_her_is_not_kept(
    warehouse: Settings, connection: Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(landing_folder, "SETTLE_SECONDS", 0)
    warehouse.landing.mkdir(parents=True)
    write_ndjson(warehouse.landing / "old.jsonl", MADE)
    landing_folder.land_waiting(warehouse)
    erase(connection, warehouse)
    follow = event("f", "user_follow", "user_2", data={"targetUserId": ERIKA})

    write_ndjson(warehouse.landing / "old.jsonl", MADE)
    write_ndjson(warehouse.landing / "hers.jsonl", [event("h", "page_view", ERIKA)])
    write_ndjson(warehouse.landing / "about_her.jsonl", [follow])
    write_ndjson(warehouse.landing / "others.jsonl", [event("o", "page_view", "user_2")])
    landing_folder.land_waiting(warehouse)

    files = [path.name for path in warehouse.landing.rglob("*") if path.is_file()]
    assert files == ["others.jsonl"]
