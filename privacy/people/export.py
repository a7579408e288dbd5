"""The export: everything held on a person, in one archive that people and machines read.

What flows through: a person in; a zip out with each table's rows as NDJSON and CSV, and a manifest
that says what they are. Rows are streamed from the server into the archive, so that a million of
them take no more memory than one. The archive appears when it is whole, readable by its owner only.
Belongs here: the archive. Does not belong here: which rows (`holdings`), who it is (`person`).
"""

from __future__ import annotations

import json
import os
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import psycopg
from psycopg import sql

from loaders.errors import ChhimekiError
from loaders.records.sealing import Sealer
from privacy import audit
from privacy.people.holdings import Holding, holdings, parameters
from privacy.people.receipts import known_person

Connection = psycopg.Connection[Any]

ROWS_AT_ONCE = 500


class ExportError(ChhimekiError):
    """The archive cannot be written."""


@dataclass(frozen=True)
class Exported:
    """What an export did.

    Attributes:
        path: The archive.
        rows: Rows by table, those tables left out that hold nothing on the person.
    """

    path: Path
    rows: dict[str, int]

    def __str__(self) -> str:
        """Say it in one line."""
        return f"{sum(self.rows.values()):,} rows of {len(self.rows)} tables in {self.path}"


def export(connection: Connection, user: str, path: Path, sealer: Sealer | None = None) -> Exported:
    """Write everything held on a person into an archive.

    Args:
        connection: To the warehouse, outside a transaction.
        user: The source's id or the warehouse's key of the person.
        path: The archive; one that is there is replaced.
        sealer: Opens names that are sealed, which the archive gives in the clear; none where there
            are no keys.

    Returns:
        What was written.

    Raises:
        ErasedPersonError: They were erased; says when.
        ExportError: The archive cannot be written.
        SettingsError: A name is sealed, and no key opens it.
        UnknownPersonError: Nothing is held on such a person.
    """
    # Told first: what has left cannot be told later.
    audit.record(connection, "export", person=known_person(connection, user, sealer).refs[0])
    with connection.transaction():
        # One moment for all tables, whatever is built or lands meanwhile.
        connection.execute("set transaction isolation level repeatable read, read only")
        person = known_person(connection, user, sealer)
        meant = parameters(person)
        with _new_archive(path) as archive:
            added = (_add(archive, connection, one, meant) for one in holdings(connection))
            tables = [one for one in added if one]
            manifest = {
                "user_ids": person.refs,
                "user_key": str(person.key),
                "names": person.names,
                "exported_at": datetime.now(UTC).isoformat(),
                "tables": tables,
            }
            archive.writestr("manifest.json", json.dumps(manifest, ensure_ascii=False, indent=2))
    return Exported(path, {one["table"]: one["rows"] for one in tables})


def _add(
    archive: zipfile.ZipFile, connection: Connection, holding: Holding, meant: dict[str, Any]
) -> dict[str, Any] | None:
    """Write a table's rows in both formats; give its entry in the manifest, None without rows."""
    condition = holding.where()
    found = sql.SQL("from {} where {}").format(
        sql.Identifier(holding.schema, holding.table), condition
    )
    if not connection.execute(sql.SQL("select {} limit 1").format(found), meant).rowcount:
        return None
    rows = _write_ndjson(archive, connection, holding.name, found, meant)
    _write_csv(archive, connection, holding.name, found, meant)
    return {
        "table": holding.name,
        "rows": rows,
        "meaning": holding.columns[0].table_meaning,
        "source": holding.source,
        "files": [f"{holding.name}.ndjson", f"{holding.name}.csv"],
        "columns": [
            {"name": one.column, "type": one.type, "meaning": one.meaning}
            for one in holding.columns
        ],
    }


def _write_ndjson(
    archive: zipfile.ZipFile,
    connection: Connection,
    name: str,
    found: sql.Composed,
    meant: dict[str, Any],
) -> int:
    query = sql.SQL("select row_to_json(held)::text from (select * {}) as held").format(found)
    rows = 0
    with (
        archive.open(f"{name}.ndjson", "w", force_zip64=True) as file,
        connection.cursor("export") as cursor,
    ):
        cursor.itersize = ROWS_AT_ONCE
        for (row,) in cursor.execute(query, meant):
            file.write(f"{row}\n".encode())
            rows += 1
    return rows


def _write_csv(
    archive: zipfile.ZipFile,
    connection: Connection,
    name: str,
    found: sql.Composed,
    meant: dict[str, Any],
) -> None:
    query = sql.SQL("copy (select * {}) to stdout (format csv, header, encoding 'utf8')")
    with (
        archive.open(f"{name}.csv", "w", force_zip64=True) as file,
        connection.cursor().copy(query.format(found), meant) as rows,
    ):
        for data in rows:
            file.write(data)


@contextmanager
def _new_archive(path: Path) -> Iterator[zipfile.ZipFile]:
    """Open an archive under another name; it gets its own when the block ends well."""
    unfinished = path.with_name(f".{path.name}.{os.getpid()}.part")
    try:
        descriptor = os.open(unfinished, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        try:
            with (
                os.fdopen(descriptor, "wb") as file,
                zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive,
            ):
                yield archive
            unfinished.replace(path)
        finally:
            unfinished.unlink(missing_ok=True)
    except OSError as error:
        raise ExportError(
            f"Cannot write {str(path)!r}: {error.strerror}; name another file with --out."
        ) from error
