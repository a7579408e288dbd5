"""Rejected records and their replay, told: for people, for machines.

What flows through: what stands rejected, and what a replay did, in; lines or JSON out. Bytes of a
record reach a terminal only as text that cannot steer it.
Belongs here: the words, what each reason means among them. Does not belong here: reading rejects
or trying them again (`loaders`).
"""

from __future__ import annotations

import json
from base64 import b64encode
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime

import psycopg

from loaders.reading.splitting import KEPT_BYTES
from loaders.records.validation import ALLOWED_AHEAD, EARLIEST, ENTITY_TYPES
from loaders.replay import rejects
from loaders.replay.rejects import OpenReason, OpenReject
from loaders.replay.replaying import ReplayedLoad, ReplaySummary
from loaders.settings import Settings

SHOWN_CHARACTERS = 160
AHEAD_HOURS = int(ALLOWED_AHEAD.total_seconds() // 3600)
# What each reason means and what mends it, in one line.
MEANINGS = {
    "not_utf8": "bytes that are not UTF-8: have the producer write UTF-8",
    "not_json": "no JSON, or cut short: mend what wrote it, then load a corrected file",
    "not_an_object": "JSON, but no object: a record is {…}",
    "unknown_kind": "neither event nor entity: eventId or entityType is missing, or misspelt",
    "missing_key": "a required key is absent or null: the detail names it",
    "empty_key": "a required key is empty: the detail names it",
    "wrong_type": "a key holds a value of another JSON type: the detail names it",
    "id_too_long": "an id is longer than 200 characters: it is probably no id",
    "bad_timestamp": "no RFC 3339 timestamp with an offset, such as 2026-03-01T09:30:00Z",
    "timestamp_too_early": f"before {EARLIEST:%Y-%m-%d}: the producer's clock was never set",
    "timestamp_too_late": (
        f"over {AHEAD_HOURS} h after its load: replay once its time has come, or mend the clock"
    ),
    "unstorable_text": "U+0000 or half a surrogate pair, which PostgreSQL cannot hold",
    "unknown_entity_type": f"entityType is none of {', '.join(ENTITY_TYPES)}",
    "unstorable_number": "a number with more digits than PostgreSQL can hold",
    "too_deep": "nested too deep: it is probably not meant to be",
    "too_large": "too long for a record: a newline is missing, or media were put into it",
    "erased": "of, or about, a person who was erased: nothing of it is kept, nothing is to do",
}
# Said of records of which only the beginning was kept.
CUT = (
    f"only the first {KEPT_BYTES // 1024} KiB were kept; cut it out of its file into a new one, "
    "and load that"
)


def reasons_as_json(settings: Settings) -> Iterator[str]:
    """Spell what stands rejected, one JSON object a reason.

    Args:
        settings: The warehouse, up.
    """
    for one in _reasons(settings):
        yield json.dumps(
            {
                "reason": one.reason,
                "records": one.records,
                "newest": _utc(one.newest).isoformat(),
                "file_name": one.file_name,
                "line_number": one.line_number,
                "meaning": MEANINGS.get(one.reason),
            }
        )


def reasons_told(settings: Settings) -> list[str]:
    """Say what stands rejected, and why.

    Args:
        settings: The warehouse, up.
    """
    return table(_reasons(settings))


def table(reasons: Iterable[OpenReason]) -> list[str]:
    """Lay out what stands rejected, a reason and its meaning below it.

    Args:
        reasons: In the order in which to show them.
    """
    found = list(reasons)
    if not found:
        return ["no record stands rejected"]
    lines = [f"{'reason':<20} {'records':>11}  {'newest (UTC)':<16}  for example"]
    for one in found:
        newest, example = f"{_utc(one.newest):%Y-%m-%d %H:%M}", place(one)
        lines.append(f"{printable(one.reason):<20} {one.records:>11,}  {newest}  {example}")
        lines.append(f"    {MEANINGS.get(one.reason, 'no longer a reason: replay it')}")
    shows = f"`chhimeki rejects --reason {printable(found[0].reason)}` shows them"
    still = _rejected(sum(one.records for one in found))
    return [*lines, f"{still}. {shows}; `chhimeki replay` tries all again."]


def records_as_json(settings: Settings, reason: str, limit: int) -> Iterator[str]:
    """Spell what stands rejected for one reason, one JSON object a record.

    Args:
        settings: The warehouse, up.
        reason: The reason.
        limit: At most so many records.
    """
    with psycopg.connect(settings.conninfo()) as connection:
        for one in rejects.open_of_reason(connection, reason, limit):
            yield json.dumps(
                {
                    "file_name": one.file_name,
                    "line_number": one.line_number,
                    "byte_offset": one.byte_offset,
                    "reason": one.reason,
                    "detail": one.detail,
                    "record_base64": b64encode(one.record).decode(),
                    "record_bytes": one.record_bytes,
                    "landed_at": _utc(one.landed_at).isoformat(),
                    "load_id": one.load_id,
                    "record_number": one.record_number,
                }
            )


def records_told(settings: Settings, reason: str, limit: int) -> Iterator[str]:
    """Show what stands rejected for one reason.

    Args:
        settings: The warehouse, up.
        reason: The reason.
        limit: At most so many records.
    """
    with psycopg.connect(settings.conninfo()) as connection:
        counts = {one.reason: one.records for one in rejects.open_by_reason(connection)}
        records = counts.get(reason, 0)
        if not records:
            yield f"no record stands rejected as {reason}"
        for one in rejects.open_of_reason(connection, reason, limit):
            yield from shown(one)
        if records > limit:
            yield f"… and {records - limit:,} more; --limit {records} shows them all"


def shown(one: OpenReject) -> list[str]:
    """Show one record: where it stands, what is wrong with it, how it begins.

    Args:
        one: The record.
    """
    text = one.record.decode("utf-8", "backslashreplace")
    more = "" if one.is_whole and len(text) <= SHOWN_CHARACTERS else " …"
    detail = printable(one.detail)
    return [
        f"{place(one)} (byte {one.byte_offset}): {detail}",
        f"    {printable(text[:SHOWN_CHARACTERS])}{more}",
        *([] if one.is_whole else [f"    {one.record_bytes:,} bytes, {CUT}"]),
    ]


def place(one: OpenReason | OpenReject) -> str:
    """Say where a record stands, the way editors open it."""
    return f"{printable(one.file_name)}:{one.line_number}"


def printable(text: str) -> str:
    r"""Spell what a terminal would obey, or not show, with backslashes.

    Args:
        text: Any text.
    """
    return "".join(
        one if one.isprintable() else one.encode("unicode_escape").decode() for one in text
    )


def replay_told(summary: ReplaySummary) -> list[str]:
    """Say what a replay did.

    Args:
        summary: What it returned.
    """
    still = _rejected(summary.records_standing)
    if not summary.loads:
        why = ", none of which would land now; `chhimeki rejects` says why"
        lines = [f"nothing to replay: {still}{why if summary.records_standing else ''}"]
    else:
        landed = f"{summary.events_landed:,} events, {summary.entities_landed:,} entities landed"
        lines = [
            *(_load_told(one) for one in summary.loads),
            f"{landed}; {still}. `chhimeki build` brings into the marts what landed.",
        ]
    cut = f"{summary.records_cut:,} of these cannot be tried again: of each, {CUT}"
    return [*lines, cut] if summary.records_cut else lines


def _load_told(one: ReplayedLoad) -> str:
    counts = {
        "events": one.counts.events_landed,
        "entities": one.counts.entities_landed,
        "rejected again": one.counts.records_rejected,
    }
    parts = ", ".join(f"{count:,} {what}" for what, count in counts.items() if count)
    whose = f"rejected by load {one.replayed.load_id}"
    name = printable(one.replayed.file_name)
    return f"{name}: {parts} of {one.counts.records_read:,} records {whose}"


def _reasons(settings: Settings) -> list[OpenReason]:
    with psycopg.connect(settings.conninfo()) as connection:
        return rejects.open_by_reason(connection)


def _rejected(records: int) -> str:
    if not records:
        return "no record stands rejected"
    return "1 record stands rejected" if records == 1 else f"{records:,} records stand rejected"


def _utc(moment: datetime) -> datetime:
    return moment.astimezone(UTC)
