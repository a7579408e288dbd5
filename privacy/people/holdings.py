"""Where a person is held: every table of the database, and the rows of it that are about them.

What flows through: PostgreSQL's catalogue, the marks of the dbt project and the event catalogue
in; for each table its meaning, columns and the condition of its rows out. No table is listed by
hand: every column is looked into as its type asks for, unless it is marked `pii: none`.
Belongs here: which rows. Does not belong here: what is done with them (`export`, `erasure`).
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from typing import Any

import psycopg
import yaml
from psycopg import sql
from psycopg.rows import class_row

from loaders.catalogue import load_catalogue
from loaders.records.erased import nameless_fields
from loaders.settings import PROJECT_ROOT
from privacy.people import mentions
from privacy.people.person import Person

Connection = psycopg.Connection[Any]

# Rows as a reader sees them: a partition's are its parent's, a view holds none.
_COLUMNS = """
    select
        pg_namespace.nspname as schema,
        pg_class.relname as table,
        attname as column,
        format_type(atttypid, atttypmod) as type,
        coalesce(col_description(pg_class.oid, attnum), '') as meaning,
        coalesce(obj_description(pg_class.oid, 'pg_class'), '') as table_meaning
    from pg_attribute
    inner join pg_class on pg_class.oid = attrelid
    inner join pg_namespace on pg_namespace.oid = relnamespace
    where
        relkind in ('r', 'p', 'm')
        and not relispartition
        and attnum > 0
        and not attisdropped
        and nspname not like 'pg\\_%'
        and nspname <> 'information_schema'
    order by nspname collate "C", relname collate "C", attnum
"""
# Codes of the loader's own.
_RAW_CODES = frozenset({("entities", "entity_type"), ("rejected_records", "reason")})
_SOURCES = {
    "raw": "records as they landed",
    "privacy": "people's consent and requests",
    "operations": "the machinery's own notes",
    "dagster": "the machinery's own notes",
}


@dataclass(frozen=True)
class Column:
    """One column of a table of the database, with the table's own words."""

    schema: str
    table: str
    column: str
    type: str
    meaning: str
    table_meaning: str


@dataclass(frozen=True)
class Holding:
    """One table that may hold something on a person.

    Attributes:
        schema: Its schema.
        table: Its name.
        columns: All of its columns, in order.
    """

    schema: str
    table: str
    columns: tuple[Column, ...]

    @property
    def name(self) -> str:
        """Schema and name."""
        return f"{self.schema}.{self.table}"

    @property
    def source(self) -> str:
        """Where its rows come from."""
        return _SOURCES.get(self.schema, "computed from the records by the dbt project")

    def where(self) -> sql.Composed | None:
        """Spell the condition that picks a person's rows, with `parameters`; None: it has none."""
        found = [one for column in self.columns if (one := _condition(column))]
        return sql.SQL(" or ").join(found) if found else None


def holdings(connection: Connection) -> Iterator[Holding]:
    """Walk the tables of the database that could hold something on a person.

    Args:
        connection: To the warehouse.

    Yields:
        Tables in the order of their names.
    """
    with connection.cursor(row_factory=class_row(Column)) as cursor:
        columns = cursor.execute(_COLUMNS).fetchall()
    for schema, table in dict.fromkeys((one.schema, one.table) for one in columns):
        own = tuple(one for one in columns if (one.schema, one.table) == (schema, table))
        holding = Holding(schema, table, own)
        if holding.where():
            yield holding


def parameters(person: Person) -> dict[str, Any]:
    """Spell a person for the conditions of `Holding.where`.

    Args:
        person: Who.
    """
    in_bytes = [mentions.in_bytes(one) for one in mentions.spellings(person.called)]
    return {
        "keys": [person.key, *person.session_keys],
        "refs": list(person.refs),
        "sessions": list(person.sessions),
        "mentions": mentions.pattern(mentions.spellings(person.called)),
        "mentions_in_bytes": mentions.pattern(in_bytes),
        "nameless": sorted(nameless_fields()),
    }


@cache
def _harmless_columns() -> frozenset[tuple[str, str]]:
    """Columns that the catalogue, or the dbt project, marks with `pii: none`, with their tables."""
    envelope = load_catalogue().envelope.fields
    found = {("events", field.column) for field in envelope if field.pii == "none"}
    for path in (PROJECT_ROOT / "dbt_project").rglob("*.yml"):
        document = yaml.safe_load(path.read_text(encoding="utf-8")) or {}
        for node in (*document.get("models", ()), *document.get("seeds", ())):
            for column in node.get("columns", ()):
                if column.get("config", {}).get("meta", {}).get("pii") == "none":
                    found.add((node["name"], column["name"]))
    return _RAW_CODES | found


def _condition(column: Column) -> sql.Composed | None:
    name = sql.Identifier(column.column)
    match column.type:
        case "uuid":
            return sql.SQL("{} = any(%(keys)s)").format(name)
        case "uuid[]":
            return sql.SQL("{} && %(keys)s::uuid[]").format(name)
        case "jsonb":
            return _MENTIONS_IN_JSON.format(name)
        case "bytea" if column.schema == "raw" and column.column == "record":
            return sql.SQL("encode({}, 'escape') ~* %(mentions_in_bytes)s").format(name)
        case "text" | "character varying":
            return _condition_of_text(column, name)
    return None


def _condition_of_text(column: Column, name: sql.Identifier) -> sql.Composed | None:
    if (column.table, column.column) in _harmless_columns():
        return None
    # Kinds of entities share nothing but the table: a community may have a user's id.
    if (column.schema, column.table, column.column) == ("raw", "entities", "entity_id"):
        return sql.SQL("(entity_type = 'user' and {} = any(%(refs)s))").format(name)
    if (column.schema, column.table, column.column) == ("raw", "events", "session_id"):
        return sql.SQL("{0} = any(%(sessions)s) or {0} ~* %(mentions)s").format(name)
    return sql.SQL("{} ~* %(mentions)s").format(name)


# What a key holds that the catalogue knows to be harmless, such as the id of a post, may read like
# a person's id and is not one.
_MENTIONS_IN_JSON = sql.SQL("""
    exists (
        select from jsonb_each_text(
            case jsonb_typeof({0}) when 'object' then {0} else jsonb_build_object('', {0}) end
        ) as member (name, value)
        where name <> all(%(nameless)s) and (name ~* %(mentions)s or value ~* %(mentions)s)
    )
""")
