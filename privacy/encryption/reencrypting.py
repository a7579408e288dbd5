"""Rotation: whatever is stored of users' identifiers, under the first key.

What flows through: rows of `raw.entities` in, the same rows with other tokens out, a page a
transaction; what is under the first key already stays, so a run that died is simply run again.
Addresses of `raw.events` that landed without a key are cut likewise (`loaders.records.addresses`).
Belongs here: the pages. Does not belong here: keys (`loaders.records.sealing`).
"""

from __future__ import annotations

import json
from typing import Any

from psycopg import Connection
from psycopg.types.json import Jsonb

from loaders.records import addresses
from loaders.records.sealing import IDENTIFIERS, Sealer
from privacy import audit
from privacy.following import follow_users

PAGE_ROWS = 1_000
PAGE = """
    select load_id, record_number, landed_at, entity_id, data
    from raw.entities
    where
        entity_type = 'user'
        and data ?| %(names)s::text[]
        and (load_id, record_number) > (%(load_id)s, %(record_number)s)
    order by load_id, record_number
    limit %(rows)s
    for update
"""
REPLACE = """
    update raw.entities set data = data || %s
    where load_id = %s and record_number = %s and landed_at = %s
"""
PAGE_OF_EVENTS = """
    select load_id, record_number, landed_at, data::text, metadata::text, coalesce(other::text, '')
    from raw.events
    where
        (data ? %(key)s or metadata ? %(key)s or other ? %(key)s)
        and (load_id, record_number) > (%(load_id)s, %(record_number)s)
    order by load_id, record_number
    limit %(rows)s
    for update
"""
REPLACE_EVENT = """
    update raw.events set data = %s::jsonb, metadata = %s::jsonb, other = nullif(%s, '')::jsonb
    where load_id = %s and record_number = %s and landed_at = %s
"""
Row = tuple[int, int, Any, str, dict[str, Any]]


def reencrypt(connection: Connection[Any], sealer: Sealer) -> int:
    """Put every identifier under the first key: those in the clear, and those under another.

    Addresses in the clear are cut. The models hold the old tokens until the next build has
    followed; of addresses they hold no more than the network anyway.

    Args:
        connection: Autocommit, of a role that may update `raw.entities` and record.
        sealer: With all keys that are in use.

    Returns:
        Number of snapshots of users that were changed.

    Raises:
        SettingsError: A key is missing. The pages before stay as they have become.
    """
    audit.record(connection, "reencrypt")
    _cut_addresses(connection)
    changed, after = 0, (0, 0)
    while True:
        with connection.transaction():
            page = _page(connection, after)
            fresh = [(row, _under_first_key(row[4], sealer)) for row in page]
            stale = [(row, sealed) for row, sealed in fresh if sealed]
            with connection.cursor() as cursor:
                cursor.executemany(REPLACE, [(Jsonb(sealed), *row[:3]) for row, sealed in stale])
            if stale:
                follow_users(connection, sorted({row[3] for row, _ in stale}))
        changed += len(stale)
        if len(page) < PAGE_ROWS:
            return changed
        after = page[-1][:2]


def _page(connection: Connection[Any], after: tuple[int, int]) -> list[Row]:
    where = {"names": list(IDENTIFIERS), "load_id": after[0], "record_number": after[1]}
    return connection.execute(PAGE, where | {"rows": PAGE_ROWS}).fetchall()


def _cut_addresses(connection: Connection[Any]) -> None:
    after = {"key": addresses.KEY, "load_id": 0, "record_number": 0, "rows": PAGE_ROWS}
    while True:
        with connection.transaction():
            page = connection.execute(PAGE_OF_EVENTS, after).fetchall()
            cut = [(*map(_without_host, row[3:]), *row[:3]) for row in page]
            stale = [new for new, row in zip(cut, page, strict=True) if new[:3] != row[3:]]
            with connection.cursor() as cursor:
                cursor.executemany(REPLACE_EVENT, stale)
        if len(page) < PAGE_ROWS:
            return
        after |= {"load_id": page[-1][0], "record_number": page[-1][1]}


def _without_host(json_object: str) -> str:
    return addresses.without_host(json_object.encode()).decode()


def _under_first_key(data: dict[str, Any], sealer: Sealer) -> dict[str, Any]:
    """Seal anew the identifiers that are not under the first key, and only those."""
    plain = {
        name: held if isinstance(held, str) else sealer.open(held["sealed"])
        for name in IDENTIFIERS
        if (held := data.get(name)) and _is_stale(held, sealer)
    }
    sealed: dict[str, Any] = json.loads(sealer.seal_user(json.dumps(plain).encode()))
    return sealed


def _is_stale(held: object, sealer: Sealer) -> bool:
    if isinstance(held, dict) and isinstance(token := held.get("sealed"), str):
        return not sealer.is_current(token)
    return isinstance(held, str)
