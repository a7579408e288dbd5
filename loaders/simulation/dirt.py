"""What real deliveries are full of: late, doubled, broken and invalid records.

What flows through: clean records in the order they happened, out come the bytes of the records
in the order they arrive. Every reason to reject a record and every way for an event to be
invalid occurs at least once, however small the plan.
"""

from __future__ import annotations

import heapq
import json
from collections.abc import Iterator
from datetime import datetime, timedelta
from random import Random

from loaders.simulation.entities import Timed
from loaders.simulation.plan import Record, SimulationPlan, chance, iso
from loaders.simulation.sessions import event_ref

DEEPEST = 20_000

# What an invalid event says, by the way in which it is wrong.
INVALID: tuple[tuple[str, str, Record], ...] = (
    ("missing", "post_like", {"postAuthor": "user_00001"}),
    ("missing", "search_performed", {"query": "", "resultsCount": 3}),
    ("wrong_type", "page_view", {"title": "Home", "loadTime": "fast"}),
    ("wrong_type", "consent_updated", {"analytics": "no"}),
    ("wrong_type", "post_created", {"postId": "post_bad", "creationTime": "yesterday"}),
    ("not_in_enum", "post_like", {"postId": "post_old_1", "action": "love"}),
    ("not_in_enum", "trending_item_view", {"itemId": "#Dashain", "itemType": "rumour"}),
    ("below_minimum", "post_view", {"postId": "post_old_1", "viewDuration": -5}),
    ("below_minimum", "message_sent", {"recipientId": "user_00001", "messageLength": -1}),
    ("above_maximum", "page_view", {"scrollDepth": 1.4}),
    ("above_maximum", "media_view", {"mediaId": "media_001", "viewDuration": 10**13}),
    ("unknown", "post_bookmark", {"postId": "post_old_1"}),
)

# What a rejected record says instead of what a legal event would, by reason.
CHANGES: tuple[tuple[str, Record], ...] = (
    ("missing_key", {"timestamp": None}),
    ("empty_key", {"eventName": ""}),
    ("wrong_type", {"eventId": 42}),
    ("wrong_type", {"data": ["not", "an", "object"]}),
    ("id_too_long", {"userId": "u" * 201}),
    ("bad_timestamp", {"timestamp": "01/02/2024 10:00"}),
    ("bad_timestamp", {"clientTimestamp": "2024-02-30T10:00:00Z"}),
    ("timestamp_too_early", {"timestamp": "1970-01-01T00:00:00Z"}),
    ("timestamp_too_late", {"timestamp": "2999-12-31T23:59:59Z"}),
    ("unstorable_text", {"data": {"postId": "post\u0000"}}),
    ("unstorable_text", {"data": {"postId": "post\ud83d"}}),
)
ENTITY: Record = {
    "entityType": "planet",
    "entityId": "planet_1",
    "updatedAt": "2024-01-01T00:00:00Z",
    "data": {},
}
FOREIGN: tuple[tuple[str, bytes], ...] = (
    ("unknown_entity_type", json.dumps(ENTITY).encode()),
    ("not_json", b'{"eventId":"evt_cut_off","eventName":"page_vi'),
    ("not_json", b'{"eventId":"evt_nan","eventName":"page_view","data":{"loadTime":NaN}}'),
    ("not_an_object", b'"a line of text"'),
    ("unknown_kind", b'{"level":"debug","message":"cache warmed"}'),
    ("not_utf8", b'{"eventId":"evt_latin1","eventName":"page_view","data":{"title":"caf\xe9"}}'),
)


def encode(record: Record) -> bytes:
    """A record as one line, without its end."""
    return json.dumps(record, ensure_ascii=False, separators=(",", ":")).encode()


def arriving(plan: SimulationPlan, records: Iterator[list[Timed]]) -> Iterator[bytes]:
    """Dirty the records of each day, and put them in the order in which they arrive.

    Args:
        plan: says how much dirt, and how much comes late.
        records: day by day; nothing of a later day happened before that day began.
    """
    rng = plan.random("dirt")
    waiting: list[tuple[datetime, int, bytes]] = []
    number = 0
    dirt = Dirt(plan, rng)
    for day, of_day in enumerate(records):
        while waiting and waiting[0][0] < plan.midnight(day):
            yield heapq.heappop(waiting)[2]
        for at, record in of_day:
            for line in (encode(record), *dirt.beside(at, record)):
                number += 1
                heapq.heappush(waiting, (at + _delay(plan, rng), number, line))
    while waiting:
        yield heapq.heappop(waiting)[2]
    yield from dirt.left()


class Dirt:
    """Deals out the kinds of dirt in turn, and knows which were never dealt."""

    def __init__(self, plan: SimulationPlan, rng: Random) -> None:
        self._share = plan.dirt_share
        self._rng = rng
        self._dealt = 0
        self._host: tuple[datetime, Record] | None = None
        self._kinds = 2 + len(INVALID) + len(broken(healthy(plan.midnight(0))))

    def beside(self, at: datetime, record: Record) -> Iterator[bytes]:
        """The dirty records, mostly none, that come along with a clean one."""
        if "eventId" not in record:
            return
        self._host = at, record
        if chance(self._rng, self._share):
            yield self._next(at, record)

    def left(self) -> Iterator[bytes]:
        """What a plan with dirt in it has not dealt yet."""
        while self._share and self._host and self._dealt < self._kinds:
            yield self._next(*self._host)

    def _next(self, at: datetime, record: Record) -> bytes:
        kind = self._dealt % self._kinds
        self._dealt += 1
        if kind == 0:
            return encode(record)
        if kind == 1:
            # The same event again, told differently: what landed first stands.
            return encode(record | {"eventName": "page_view", "data": {"title": "Retold"}})
        if kind < 2 + len(INVALID):
            _, name, data = INVALID[kind - 2]
            ref = event_ref(self._rng, at)
            return encode(record | {"eventId": ref, "eventName": name, "data": data})
        return broken(record | {"eventId": event_ref(self._rng, at)})[kind - 2 - len(INVALID)][1]


def healthy(at: datetime) -> Record:
    """A small legal event."""
    return {"eventId": "evt_1", "eventName": "page_view", "timestamp": iso(at), "data": {}}


def broken(record: Record) -> list[tuple[str, bytes]]:
    """Reason and bytes of every way to break a legal event beyond landing."""
    changed = [(reason, json.dumps(record | change).encode()) for reason, change in CHANGES]
    body = encode(record).removesuffix(b"}")
    deep = b"[" * DEEPEST + b"]" * DEEPEST
    return [
        *changed,
        *FOREIGN,
        ("unstorable_number", body + b',"extra":1e999999}'),
        ("too_deep", body + b',"extra":' + deep + b"}"),
    ]


def _delay(plan: SimulationPlan, rng: Random) -> timedelta:
    """How long a record is on its way: seconds, or for the late ones up to five days."""
    if chance(rng, plan.late_share):
        return timedelta(hours=rng.uniform(1, 120))
    return timedelta(seconds=rng.expovariate(1 / 20))
