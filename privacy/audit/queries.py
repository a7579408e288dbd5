"""A query of the steward: written down, then answered.

What flows through: one `select` in; an entry of the audit log, committed, then rows as CSV out,
block by block.
Belongs here: how a query is written down. Does not belong here: what a role may read (`roles`).
"""

from __future__ import annotations

import re
from typing import IO, Any

from psycopg import Connection, sql

from privacy.audit.log import Entry, record

# What a person may be named in: comments, quoted text, numbers.
LITERALS = re.compile(
    r"""
    --[^\n]* | /\*.*?\*/                # comments
    | \$(\w*)\$.*?\$\1\$                # between dollars
    | \be'(?:[^'\\]|\\.|'')*'           # with escapes
    | '(?:[^']|'')*'
    | \b\d[\w.]*
    """,
    re.VERBOSE | re.DOTALL | re.IGNORECASE,
)


def without_literals(query: str) -> str:
    """Spell a query as it may be kept: each literal and comment is a question mark."""
    return " ".join(LITERALS.sub("?", query).split())


def answer(connection: Connection[Any], query: str, out: IO[bytes]) -> Entry:
    """Write a query into the log, then its rows as CSV with a header, memory flat.

    The entry stands whatever becomes of the query.

    Args:
        connection: Autocommit, of the role that asks.
        query: One `select`.
        out: Takes the rows.

    Returns:
        The entry.
    """
    entry = record(connection, "query", detail={"query": without_literals(query)})
    copying = sql.SQL("copy ({}) to stdout (format csv, header)").format(
        sql.SQL(query.rstrip(" ;\n"))
    )
    with connection.transaction():
        connection.execute("set transaction read only")
        with connection.cursor().copy(copying) as rows:
            for block in rows:
                out.write(block)
    return entry
