"""The erasure: afterwards the person is nowhere, and every number is that of who remains."""

import dataclasses
import gzip
import json
import re
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

import psycopg
import pytest
from cryptography.fernet import Fernet

from loaders.errors import SettingsError
from loaders.pipeline import load
from loaders.records.sealing import Sealer
from loaders.settings import Settings
from privacy.people import receipts
from privacy.people.erasure import complete_open
from privacy.people.export import export
from privacy.people.person import UnknownPersonError
from privacy.people.receipts import ErasedPersonError
from tests.dbt_in_process import DbtInProcess
from tests.integration.conftest import Land, Query, write_ndjson
from tests.integration.marts import assert_same, build, every_row, query_of
from tests.integration.replays import assert_reconciled
from tests.privacy import people
from tests.privacy.erasures import (
    MADE,
    Connection,
    assert_nowhere,
    dump,
    erase,
    without_bystanders,
)
from tests.privacy.people import ERIKA, NAMES, Record, event


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
