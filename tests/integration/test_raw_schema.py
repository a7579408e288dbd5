"""Schema raw: applied once, and described."""

from pathlib import Path

import psycopg
import pytest

from loaders import schema
from loaders.errors import LoadError
from loaders.settings import Settings
from tests.integration.conftest import Query


def test_migrations_are_applied_once(database: Settings, tmp_path: Path) -> None:
    second = tmp_path / "0002_more.sql"
    first = schema.MIGRATIONS / "0001_raw.sql"
    (tmp_path / first.name).write_bytes(first.read_bytes())
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
        " where relnamespace = 'raw'::regnamespace and relkind in ('r', 'p') and attnum > 0"
        " and (obj_description(pg_class.oid) is null"
        " or col_description(pg_class.oid, attnum) is null)"
    )
