"""The export: everything held on a person and nothing of others, in one archive."""

import csv
import io
import json
import stat
import subprocess
import sys
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psycopg
import pytest
from psycopg import sql

from loaders.landing.schema import ensure_partitions
from loaders.settings import Settings
from privacy.people.export import Exported, ExportError, export
from privacy.people.person import UnknownPersonError, find_person
from tests.dbt_in_process import DbtInProcess
from tests.integration.conftest import Land
from tests.integration.marts import build
from tests.privacy import people

Connection = psycopg.Connection[Any]
# Every column that a reader can see, but for what the server keeps for itself.
COLUMNS = """
    select nspname, relname, attname
    from pg_attribute
    inner join pg_class on pg_class.oid = attrelid
    inner join pg_namespace on pg_namespace.oid = relnamespace
    where relkind in ('r', 'p', 'm') and not relispartition and attnum > 0 and not attisdropped
        and nspname not like 'pg\\_%' and nspname <> 'information_schema'
"""


def read(path: Path) -> dict[str, list[dict[str, Any]]]:
    """The rows of each table of an archive, by table, as its NDJSON has them."""
    with zipfile.ZipFile(path) as archive:
        assert archive.testzip() is None
        return {
            name.removesuffix(".ndjson"): [json.loads(line) for line in archive.open(name)]
            for name in archive.namelist()
            if name.endswith(".ndjson")
        }


def test_everything_is_in_it_whatever_table_holds_it(
    land: Land, database: Settings, dbt: DbtInProcess, connection: Connection, tmp_path: Path
) -> None:
    land(people.records(seed=71))
    build(dbt, database, "--exclude-resource-type", "test")
    connection.execute("create table marts.tomorrow (user_id uuid, note text)")
    key = find_person(connection, people.ERIKA).key
    connection.execute(
        "insert into marts.tomorrow values (%s, 'x'), (gen_random_uuid(), 'y')", [key]
    )

    exported = export(connection, people.ERIKA, tmp_path / "erika.zip")

    rows = read(exported.path)
    assert rows["marts.tomorrow"] == [{"user_id": str(key), "note": "x"}]
    for table, column, held in columns_that_hold(connection, [people.ERIKA, str(key)]):
        found = [row[column] for row in rows.get(table, [])]
        assert_same_values(table, column, held, found)
    assert {"raw.rejected_records", "raw.entities", "marts.users"} <= set(rows)
    assert len(rows["raw.rejected_records"]) == 2
    assert {row["event_id"] for row in rows["raw.events"]} >= {f"about_{n}" for n in range(1, 11)}
    assert not {row["event_id"] for row in rows["raw.events"]} & {
        f"bystander_{n}" for n in range(3)
    }
    assert_archive_explains_itself(exported)


def columns_that_hold(
    connection: Connection, names: list[str]
) -> Iterator[tuple[str, str, list[Any]]]:
    """Columns of any table with values that contain one of the names, with these values."""
    for schema, table, column in connection.execute(COLUMNS).fetchall():
        query = sql.SQL(
            "select row_to_json(held) -> {name} from (select * from {table}) as held"
            " where to_jsonb({column})::text like any(%s)"
        ).format(
            name=sql.Literal(column),
            column=sql.Identifier(column),
            table=sql.Identifier(schema, table),
        )
        patterns = [f"%{name}{end}" for name in names for end in ('"%', "?%", " %", ":%")]
        held = [value for (value,) in connection.execute(query, [patterns])]
        if held:
            yield f"{schema}.{table}", column, held


def assert_same_values(table: str, column: str, held: list[Any], found: list[Any]) -> None:
    """Fail where the database has a value that the archive lacks, or has more often."""
    told = [json.dumps(value, sort_keys=True) for value in found]
    for value in held:
        spelled = json.dumps(value, sort_keys=True)
        assert spelled in told, f"{table}.{column} holds {spelled}"
        told.remove(spelled)


def assert_archive_explains_itself(exported: Exported) -> None:
    assert stat.S_IMODE(exported.path.stat().st_mode) == 0o600
    with zipfile.ZipFile(exported.path) as archive:
        manifest = json.load(archive.open("manifest.json"))
        for table in manifest["tables"]:
            assert table["source"]
            named = [column["name"] for column in table["columns"]]
            lines = list(
                csv.reader(io.TextIOWrapper(archive.open(table["table"] + ".csv"), "utf8"))
            )
            assert lines[0] == named
            assert len(lines) == table["rows"] + 1
    told = {table["table"]: table["rows"] for table in manifest["tables"]}
    assert told == exported.rows
    assert all(table["meaning"] for table in manifest["tables"] if table["table"] == "raw.events")


def test_before_anything_is_built_and_by_the_key(
    land: Land, connection: Connection, tmp_path: Path
) -> None:
    land([people.user("1% or 'x' \"y\"", "someone"), people.event("e", "page_view", "1")])
    person = find_person(connection, "1% or 'x' \"y\"")

    exported = export(connection, str(person.key), tmp_path / "one.zip")

    assert exported.rows == {"raw.entities": 1}


@pytest.mark.parametrize("user", ["", "nobody", "%", "_", "erika' or '1'='1", "erika-7f3a ", "*"])
def test_who_is_unknown_is_told_so_and_nothing_is_written(
    land: Land, connection: Connection, tmp_path: Path, user: str
) -> None:
    land([people.user(people.ERIKA, "erika_m")])
    with pytest.raises(UnknownPersonError, match="Nothing is held on a user"):
        export(connection, user, tmp_path / "out" / "one.zip")
    assert not list(tmp_path.glob("**/*.zip*"))


def test_a_place_that_cannot_be_written_to_is_one_line(
    land: Land, connection: Connection, tmp_path: Path
) -> None:
    land([people.user(people.ERIKA, "erika_m")])
    with pytest.raises(ExportError, match=r"Cannot write .*; name another file with --out"):
        export(connection, people.ERIKA, tmp_path / "no" / "such" / "one.zip")


def test_what_fails_on_the_way_leaves_nothing(
    land: Land, connection: Connection, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    land([people.user(people.ERIKA, "erika_m")])
    monkeypatch.setattr("privacy.people.export._write_csv", lambda *_: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        export(connection, people.ERIKA, tmp_path / "one.zip")
    assert not list(tmp_path.glob(".*"))


# In a process of its own, as what this one has needed at most is the highest of all its tests.
EXPORTING = """
import resource, sys
from pathlib import Path
import psycopg
from privacy.people.export import export

with psycopg.connect(sys.argv[1], autocommit=True) as connection:
    export(connection, "few", Path(sys.argv[2]))
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    print(export(connection, "busy", Path(sys.argv[2])).rows)
    print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before)
"""


def test_many_rows_take_no_more_memory_than_few(
    database: Settings, connection: Connection, tmp_path: Path
) -> None:
    ensure_partitions(connection)
    connection.execute(
        "insert into raw.events (load_id, record_number, event_id, event_name, user_id,"
        " timestamp, data, metadata)"
        " select 1, number, number, 'page_view', case number when 1 then 'few' else 'busy' end,"
        " now(), jsonb_build_object('title', repeat('x', 400)), '{}'"
        " from generate_series(1, 100001) as number"
    )
    command = [sys.executable, "-c", EXPORTING, database.conninfo(), str(tmp_path / "one.zip")]

    said = subprocess.run(command, capture_output=True, text=True, check=True).stdout.splitlines()

    # Sixty megabytes of rows; the peak is counted in kilobytes.
    assert said[0] == "{'raw.events': 100000}"
    assert int(said[1]) < 10_000
