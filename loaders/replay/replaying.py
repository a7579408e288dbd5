"""The replay: records that were rejected, tried again once what was wrong has been mended.

What flows through: the open rejects of each load in; those that are legal now as rows of a load of
their own, and the others as its rejects, out. A replay reads exactly what one load rejected, under
the numbers that the records have in their file, so records read stay records landed and rejected:
of every load, of every file, in total. A load is replayed at most once, its replay in its turn.
Belongs here: which loads are tried, and the transaction of each.
Does not belong here: verdicts and rows (`rejudging`), reading what was rejected (`rejects`).
Run it alone: `python -c "from loaders import settings as s; from loaders.replay import replaying;
print(replaying.replay(s.Settings.from_environment()))"`.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import UTC, datetime

import psycopg
from psycopg.rows import class_row

from loaders.landing import connecting, copying, register, schema
from loaders.landing.connecting import Connection
from loaders.loads import Counts, Load
from loaders.records.rows import RowWriter
from loaders.records.sealed_rows import row_writer
from loaders.records.sealing import Sealer, sealer_with
from loaders.records.validation import Judge, Reject
from loaders.replay import rejects
from loaders.replay.rejudging import sort, verdict
from loaders.settings import Settings

_OPEN_LOADS = """
    select load_id, file_name, records_rejected
    from raw.loads
    where
        records_rejected > 0
        and not exists (
            select 1 from raw.loads as replays where replays.replays_load_id = loads.load_id
        )
    order by landing_order
"""
# Another replay of the same load is waited for here, and found to have been quicker: by either
# unique key, as the first index that two of them meet in may be that of the digest.
_BEGIN = """
    insert into raw.loads (content_sha256, file_name, file_bytes, replays_load_id)
    select %(digest)s, file_name, (
        select coalesce(sum(record_bytes), 0)
        from raw.rejected_records
        where load_id = %(load_id)s
    ), load_id
    from raw.loads
    where load_id = %(load_id)s
    on conflict do nothing
    returning load_id, landed_at
"""


@dataclass(frozen=True)
class OpenLoad:
    """A load whose rejects are open.

    Attributes:
        load_id: Its id.
        file_name: Where its records come from.
        records_rejected: How many it rejected.
    """

    load_id: int
    file_name: str
    records_rejected: int


@dataclass(frozen=True)
class ReplayedLoad:
    """What became of the rejects of one load.

    Attributes:
        replayed: The load that had rejected them.
        load_id: The load that tried them again.
        counts: What it landed, and what it rejected once more.
    """

    replayed: OpenLoad
    load_id: int
    counts: Counts


@dataclass(frozen=True)
class ReplaySummary:
    """What a replay did.

    Attributes:
        loads: The loads of which something landed now.
        records_standing: Records that stand rejected after it.
        records_cut: Those of them that were not kept whole and so cannot be tried again.
    """

    loads: tuple[ReplayedLoad, ...]
    records_standing: int
    records_cut: int

    @property
    def events_landed(self) -> int:
        """Events landed now."""
        return sum(one.counts.events_landed for one in self.loads)

    @property
    def entities_landed(self) -> int:
        """Entities landed now."""
        return sum(one.counts.entities_landed for one in self.loads)


def replay(settings: Settings, load_time: datetime | None = None) -> ReplaySummary:
    """Try all open rejects again, those of each load in one transaction.

    A load of whose rejects none is legal now is left alone: nothing is written about it.

    Args:
        settings: Which server.
        load_time: The time against which timestamps are judged, with a time zone; now, by the
            clock of the server, unless said otherwise.

    Returns:
        What landed, and what still stands.

    Raises:
        LoadError: The server failed. Loads replayed before that stay so.
    """
    with connecting.connected(settings, "replay") as connection:
        judge = Judge(load_time or _now(connection))
        sealer = sealer_with(settings.encryption_keys)
        tried = [_replay_load(connection, one, judge, sealer) for one in _open_loads(connection)]
        replayed = tuple(one for one in tried if one is not None)
        return ReplaySummary(replayed, *rejects.standing(connection))


def _now(connection: Connection) -> datetime:
    (now,) = connection.execute("select now()").fetchone() or (datetime.now(UTC),)
    return now


def _open_loads(connection: Connection) -> list[OpenLoad]:
    with connection.cursor(row_factory=class_row(OpenLoad)) as cursor:
        return cursor.execute(_OPEN_LOADS).fetchall()


def _replay_load(
    connection: Connection, source: OpenLoad, judge: Judge, sealer: Sealer | None
) -> ReplayedLoad | None:
    """Replay one load; None where nothing of it lands, or another replay was quicker."""
    if not _any_is_legal(connection, source, judge):
        return None
    schema.ensure_partitions(connection)
    replayed = None
    with connection.transaction() as transaction:
        load = _begun(connection, source)
        if load is not None:
            counts = _copy(connection, source, row_writer(load, sealer), judge, load)
            if counts.records_rejected == source.records_rejected:
                # PostgreSQL took none of those that seemed legal.
                raise psycopg.Rollback(transaction)
            register.finish(connection, load, counts)
            replayed = ReplayedLoad(source, load.load_id, counts)
    return replayed


def _any_is_legal(connection: Connection, source: OpenLoad, judge: Judge) -> bool:
    return any(
        not isinstance(verdict(one, judge), Reject)
        for page in rejects.pages_of_load(connection, source.load_id)
        for one in page
    )


def _begun(connection: Connection, source: OpenLoad) -> Load | None:
    # Says which records they are: what a load rejected never changes, and it is replayed once.
    digest = hashlib.sha256(b"chhimeki: replay of load %d" % source.load_id).digest()
    row = connection.execute(_BEGIN, {"digest": digest, "load_id": source.load_id}).fetchone()
    return Load(row[0], row[1], register.erased(connection)) if row else None


def _copy(
    connection: Connection, source: OpenLoad, writer: RowWriter, judge: Judge, load: Load
) -> Counts:
    counts = Counts()
    for page in rejects.pages_of_load(connection, source.load_id):
        rows = sort(writer, page, judge, {}, load.erased)
        refused = copying.copy_taken(connection, load, "events", rows.events)
        refused |= copying.copy_taken(connection, load, "entities", rows.entities)
        if refused:
            rows = sort(writer, page, judge, refused, load.erased)
        copying.copy_rows(connection, load, "rejected_records", rows.rejected)
        counts += Counts(len(rows.events), len(rows.entities), len(rows.rejected))
    return counts
