"""Schema raw: applied once, brought up to date with data in place, and described."""

import json
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import click.testing
import psycopg
import pytest

from loaders.errors import LoadError
from loaders.landing import schema
from loaders.pipeline import Status, load
from loaders.replay.replaying import replay
from loaders.settings import Settings
from orchestration.cli import main
from tests.integration.conftest import Query
from tests.integration.landing_content import ENTITY, EVENT, TABLES, content_of, lines, only

FIRST = schema.MIGRATIONS / "0001_raw.sql"
# A file that landed on the last day of April, when its second event was too far ahead.
EARLY = EVENT | {"eventId": "early", "timestamp": "2024-05-02T10:00:00Z"}
CONTENT = "\n".join(json.dumps(one) for one in (EVENT, EARLY, ENTITY)).encode()
PARTITION = """
    create table raw.{0}_202404 partition of raw.{0}
    for values from ('2024-04-01 00:00+00') to ('2024-05-01 00:00+00')
"""
LANDED_IN_APRIL = """
    with loaded as (
        insert into raw.loads (
            landing_order, content_sha256, file_name, file_bytes, records_read, events_landed,
            entities_landed, records_rejected, landed_at
        )
        values (
            nextval('raw.landing_order'), sha256(%(content)s), 'april.jsonl', %(bytes)s, 3, 1, 1, 1,
            '2024-04-30 12:00+00'
        )
        returning load_id, landed_at
    ),
    event as (
        insert into raw.events (
            load_id, record_number, landed_at, event_id, event_name, "timestamp", data, metadata
        )
        select load_id, 1, landed_at, 'e1', 'page_view', '2024-04-30 10:00+00', '{}', '{}'
        from loaded
    ),
    entity as (
        insert into raw.entities (
            load_id, record_number, landed_at, entity_type, entity_id, updated_at, data
        )
        select load_id, 3, landed_at, 'user', 'u1', '2024-04-30 04:15+00', '{"username": "asha"}'
        from loaded
    )
    insert into raw.rejected_records (
        load_id, record_number, landed_at, line_number, byte_offset, reason, detail, record,
        record_bytes
    )
    select
        load_id, 2, landed_at, 2, 90, 'timestamp_too_late', 'too late', %(record)s,
        octet_length(%(record)s)
    from loaded
"""


@pytest.fixture
def first_release(database: Settings, tmp_path: Path) -> Settings:
    """The database as the first release left it: its one migration, and a file that landed."""
    folder = tmp_path / "migrations"
    folder.mkdir()
    (folder / FIRST.name).write_bytes(FIRST.read_bytes())
    early = json.dumps(EARLY).encode()
    with psycopg.connect(database.conninfo(), autocommit=True) as connection:
        connection.execute("drop schema raw, privacy, audit cascade")
        schema.migrate(connection, folder)
        for table in schema.PARTITIONED_TABLES:
            connection.execute(PARTITION.format(table).encode())
        connection.execute(
            LANDED_IN_APRIL, {"content": CONTENT, "bytes": len(CONTENT), "record": early}
        )
    return database


def up(database: Settings) -> click.testing.Result:
    return click.testing.CliRunner().invoke(main, ["up"], env=database.environment())


def rows_of(query: Query) -> dict[str, list[dict[str, Any]]]:
    return {table: query(f"select * from raw.{table}") for table in TABLES}


def migrate(database: Settings) -> list[str]:
    with psycopg.connect(database.conninfo()) as connection:
        return schema.migrate(connection)


def test_up_brings_a_database_with_data_up_to_date(
    first_release: Settings, file: Callable[..., str], query: Query
) -> None:
    before, content = rows_of(query), content_of(query)
    result = up(first_release)
    assert (result.exit_code, result.stderr) == (0, "")
    assert "1 events landed in 1 loads" in result.stdout
    assert content_of(query) == content
    for table, rows in rows_of(query).items():
        assert [
            {name: value for name, value in row.items() if name in old}
            for row, old in zip(rows, before[table], strict=True)
        ] == before[table]
    assert migrate(first_release) == []

    assert only(load([file(CONTENT)], first_release)).status == Status.ALREADY_LANDED
    assert only(load([file(lines(3))], first_release)).status == Status.LANDED
    # What was rejected under the old schema can be replayed under the new one.
    assert replay(first_release).events_landed == 1
    events = query("select event_id from raw.events order by landed_at, load_id, record_number")
    assert [row["event_id"] for row in events][:1] == ["e1"]
    assert sorted(row["event_id"] for row in events) == ["e0", "e1", "e1", "e2", "early"]
    assert query("select * from raw.open_rejects") == []


def test_up_applies_everything_to_an_empty_database(database: Settings, query: Query) -> None:
    with psycopg.connect(database.conninfo()) as connection:
        connection.execute("drop schema raw, privacy, audit cascade")
    assert up(database).exit_code == 0
    applied = {row["name"] for row in query("select name from raw.schema_versions")}
    # What is kept beside schema raw has migrations of its own.
    assert applied >= {path.name for path in schema.MIGRATIONS.glob("*.sql")}
    assert query("select * from raw.loads") == []


def test_up_refuses_a_migration_that_was_applied_with_other_content(
    database: Settings, query: Query
) -> None:
    with psycopg.connect(database.conninfo()) as connection:
        connection.execute(
            "update raw.schema_versions set content_sha256 = 'other' where name = %s", (FIRST.name,)
        )
    result = up(database)
    assert (result.exit_code, result.stdout) == (1, "")
    assert result.stderr.count("\n") == 1
    assert FIRST.name in result.stderr
    assert query("select from raw.loads") == []


def test_processes_migrating_at_once_apply_each_migration_once(first_release: Settings) -> None:
    with ThreadPoolExecutor(4) as pool:
        applied = list(pool.map(lambda _: migrate(first_release), range(4)))
    newer = sorted(path.name for path in schema.MIGRATIONS.glob("*.sql"))[1:]
    assert sorted(name for names in applied for name in names) == newer
    assert len(newer) > 0


def test_migrations_are_applied_once(database: Settings, tmp_path: Path) -> None:
    second = tmp_path / "0002_more.sql"
    (tmp_path / FIRST.name).write_bytes(FIRST.read_bytes())
    second.write_text("create table raw.more (); create table raw.even_more ()")
    with psycopg.connect(database.conninfo()) as connection:
        assert schema.migrate(connection) == []
        assert schema.migrate(connection, tmp_path) == ["0002_more.sql"]
        assert schema.migrate(connection, tmp_path) == []
        second.write_text("create table raw.different ()")
        with pytest.raises(LoadError, match="0002_more"):
            schema.migrate(connection, tmp_path)
        (tmp_path / "0003_broken.sql").write_text("create table raw.half (); create nonsense")
        second.write_text("create table raw.more (); create table raw.even_more ()")
        with pytest.raises(psycopg.errors.SyntaxError):
            schema.migrate(connection, tmp_path)
        assert connection.execute("select to_regclass('raw.half')").fetchone() == (None,)


def test_everything_in_schema_raw_is_described(query: Query) -> None:
    assert not query(
        "select relname, attname from pg_class join pg_attribute on attrelid = pg_class.oid"
        " where relnamespace = 'raw'::regnamespace and relkind in ('r', 'p', 'v') and attnum > 0"
        " and (obj_description(pg_class.oid) is null"
        " or col_description(pg_class.oid, attnum) is null)"
    )
