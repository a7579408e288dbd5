"""The chain of hashes of the audit log: does every entry fit?

What flows through: the log, row by row, in; its last entry, or the first that does not fit, out.
The hashes are computed here, so that nobody who can change a function of the database can have a
false chain called right. A log cut off at its end is a right chain: that is noticed by whoever
kept an entry elsewhere, in this home or on a receipt.
Belongs here: checking. Does not belong here: writing (`log`).
"""

from __future__ import annotations

import hashlib
import os
import re
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from psycopg import Connection

from loaders.errors import ChhimekiError
from privacy.audit.log import Entry

HEAD_FILE = "audit_head"
TOLD = "tell whoever answers for people's data, and compare with a backup"
# The text that audit.record hashes, spelt by functions of the server alone.
ENTRIES = """
    select
        entry_id,
        hash,
        convert_to(
            jsonb_build_array(
                entry_id,
                (extract(epoch from recorded_at) * 1000000)::bigint,
                role,
                os_user,
                application,
                action,
                encode(person, 'hex'),
                detail
            )::text,
            'UTF8'
        )
    from audit.log
    order by entry_id
"""


class AuditError(ChhimekiError):
    """The audit log is not what was written, or something else than an entry was named."""


def verify(connection: Connection[Any], kept: Iterable[Entry] = ()) -> Entry | None:
    """Check every entry of the log.

    Args:
        connection: Of a role that may read the log.
        kept: Entries that are known from elsewhere and must stand.

    Returns:
        The last entry; none where the log is empty.

    Raises:
        AuditError: An entry does not fit, or one that was kept is gone or another.
    """
    missing = {entry.entry_id: entry.hash for entry in kept}
    last: Entry | None = None
    with connection.transaction(), connection.cursor("audit_log") as cursor:
        for last in _fitting(cursor.execute(ENTRIES)):
            if missing.pop(last.entry_id, last.hash) != last.hash:
                raise AuditError(f"Entry {last.entry_id} is not the one that was kept; {TOLD}.")
    if missing:
        end = last.entry_id if last else 0
        raise AuditError(
            f"The log ends at entry {end}, but entry {max(missing)} is known: the end was cut off;"
            f" {TOLD}."
        )
    return last


def _fitting(rows: Iterable[tuple[int, bytes, bytes]]) -> Iterator[Entry]:
    previous = Entry(0, b"")
    for entry_id, found, text in rows:
        if entry_id != previous.entry_id + 1:
            raise AuditError(f"Entry {previous.entry_id + 1} is missing; {TOLD}.")
        if found != hashlib.sha256(previous.hash + text).digest():
            raise AuditError(f"Entry {entry_id} does not fit the ones before it; {TOLD}.")
        previous = Entry(entry_id, found)
        yield previous


def parse_entry(text: str) -> Entry:
    """Read an entry as it is spelt on a receipt.

    Args:
        text: `number:hash`.

    Raises:
        AuditError: It is not of that form.
    """
    spelt = re.fullmatch("([0-9]{1,18}):([0-9a-f]{64})", text.strip())
    if not spelt:
        raise AuditError(f"{text!r} names no entry; spell it number:hash.")
    return Entry(int(spelt[1]), bytes.fromhex(spelt[2]))


def remembered(home: Path) -> list[Entry]:
    """Read the last entry that was seen from this home.

    Args:
        home: State folder.

    Returns:
        It alone; nothing where none was seen.
    """
    path = home / HEAD_FILE
    return [parse_entry(path.read_text(encoding="utf-8"))] if path.exists() else []


def remember(home: Path, entry: Entry) -> None:
    """Keep the last entry seen, so that a log cut off before it is noticed.

    Args:
        home: State folder, which is there.
        entry: Of the log, committed.
    """
    if all(known.entry_id <= entry.entry_id for known in remembered(home)):
        fresh = home / f"{HEAD_FILE}.{os.getpid()}"
        fresh.write_text(f"{entry}\n", encoding="utf-8")
        fresh.replace(home / HEAD_FILE)
