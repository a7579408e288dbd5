"""What the server knows of a relation: how many rows it has, and what its columns mean.

What flows through: names of relations in, metadata for the graph out, in Dagster's own keys.
Belongs here: the questions to the server's catalogue. Does not belong here: exact counts
(`summary` counts for a person), what dbt says of its models' columns.
"""

from __future__ import annotations

from typing import Any

import psycopg
from dagster import TableColumn, TableColumnConstraints, TableSchema
from psycopg import sql

# The statistics are kept by the server as it writes, so asking costs nothing, whatever the history.
# Of a partitioned table the sum of its partitions. After a crash the server has forgotten what it
# counted, and what the last `analyze` found is the next best.
ROWS = """
    select sum(
        case
            when stats.n_live_tup > 0 then stats.n_live_tup
            else greatest(pg_class.reltuples, 0)
        end
    )::bigint
    from (
        select relid from pg_partition_tree(to_regclass(%(name)s))
        union
        select to_regclass(%(name)s)
    ) as parts
    inner join pg_class on pg_class.oid = parts.relid
    inner join pg_stat_all_tables as stats on stats.relid = pg_class.oid
    where pg_class.relkind in ('r', 'm')
"""
COLUMNS = """
    select
        attname,
        format_type(atttypid, atttypmod),
        not attnotnull,
        col_description(attrelid, attnum)
    from pg_attribute
    where attrelid = to_regclass(%(name)s) and attnum > 0 and not attisdropped
    order by attnum
"""


def row_count(connection: psycopg.Connection, schema: str, table: str) -> dict[str, Any]:
    """Estimate the rows of a table or materialized view.

    Args:
        connection: To the warehouse.
        schema: Its schema.
        table: Its name.

    Returns:
        Metadata with the number of rows; none for a view, which holds none.
    """
    found = connection.execute(ROWS, _named(connection, schema, table)).fetchone()
    return {"dagster/row_count": found[0]} if found and found[0] is not None else {}


def column_schema(connection: psycopg.Connection, schema: str, table: str) -> dict[str, Any]:
    """Describe the columns of a relation, as its comments do.

    Args:
        connection: To the warehouse.
        schema: Its schema.
        table: Its name.

    Returns:
        Metadata with names, types, nullability and descriptions.
    """
    found = connection.execute(COLUMNS, _named(connection, schema, table))
    columns = [
        TableColumn(name, kind, description, TableColumnConstraints(nullable=nullable))
        for name, kind, nullable, description in found
    ]
    return {"dagster/column_schema": TableSchema(columns)}


def _named(connection: psycopg.Connection, schema: str, table: str) -> dict[str, str]:
    return {"name": sql.Identifier(schema, table).as_string(connection)}
