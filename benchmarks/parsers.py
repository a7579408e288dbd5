"""What it costs to read one record, by parser: why the loader's quick path decodes with msgspec.

What flows through: lines of simulated events in; microseconds a record out. A record's `data` and
`metadata` go on to PostgreSQL as JSON text: a parser that takes them apart has to write them again.
Belongs here: parsers on one record. Does not belong here: files, rows and the server (`landing`).
"""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from itertools import chain

import msgspec
import orjson

from benchmarks.bulk import BulkPlan, Snapshots, deliveries
from benchmarks.harness import Contestant, Report, Table, alternate
from benchmarks.measuring import Request
from loaders.records.validation import Event, Judge

EVENTS = 100_000
ROUNDS = 5
MICROSECONDS = "µs a record"

Parser = Callable[[bytes], object]


def report(request: Request) -> Report:
    """Measure.

    Args:
        request: Sizes; no server is needed.

    Returns:
        The report.
    """
    events, rounds = request.events or EVENTS, request.rounds or ROUNDS
    plan = BulkPlan(events=events, snapshots=Snapshots.NONE)
    records = list(chain.from_iterable(deliveries(plan)))
    contestants = [_contestant(name, parse, records) for name, parse in _parsers().items()]
    return Report(
        name="parsers",
        command=request.command,
        data=f"{len(records):,} simulated records, in memory; one process.",
        machine=request.machine,
        rounds=rounds,
        tables=[Table("Reading a record", alternate(contestants, rounds))],
    )


def _parsers() -> dict[str, Parser]:
    judge = Judge(datetime.now(UTC))
    return {
        "msgspec, envelope only, the rest kept as text": msgspec.json.Decoder(Event).decode,
        "msgspec, all, data and metadata written again": _with_msgspec,
        "orjson, all, data and metadata written again": _with_orjson,
        "json, all, data and metadata written again": _with_json,
        "the quick path whole: checks, msgspec, timestamps": judge.judge,
    }


def _with_msgspec(text: bytes) -> object:
    record = msgspec.json.decode(text)
    return msgspec.json.encode(record["data"]), msgspec.json.encode(record["metadata"])


def _with_orjson(text: bytes) -> object:
    record = orjson.loads(text)
    return orjson.dumps(record["data"]), orjson.dumps(record["metadata"])


def _with_json(text: bytes) -> object:
    record = json.loads(text)
    return json.dumps(record["data"]), json.dumps(record["metadata"])


def _contestant(name: str, parse: Parser, records: Sequence[bytes]) -> Contestant:
    def measure() -> dict[str, float]:
        began = time.process_time()
        for record in records:
            parse(record)
        return {MICROSECONDS: (time.process_time() - began) / len(records) * 1e6}

    return Contestant(name, measure)
