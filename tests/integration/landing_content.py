"""What tests of landing put into files, and what they find in schema raw afterwards."""

import json
from typing import Any

from loaders.pipeline import FileOutcome, LoadSummary
from tests.integration.conftest import Query

EVENT = {"eventId": "e1", "eventName": "page_view", "timestamp": "2024-04-30T10:00:00Z"}
ENTITY = {
    "entityType": "user",
    "entityId": "u1",
    "updatedAt": "2024-04-30T10:00:00+05:45",
    "data": {"username": "asha"},
}
TABLES = ("events", "entities", "rejected_records", "loads")
# What a row says, without when and as which load it landed.
CONTENT = {
    "events": "record_number, event_id, event_name, user_id, data::text, other::text",
    "entities": "record_number, entity_id, data::text",
    "rejected_records": "record_number, line_number, byte_offset, reason, record",
    "loads": "landing_order, file_name, records_read, events_landed, records_rejected",
}


def lines(count: int, start: int = 0) -> bytes:
    return b"".join(
        json.dumps(EVENT | {"eventId": f"e{number}", "data": {"n": number}}).encode() + b"\n"
        for number in range(start, start + count)
    )


def content_of(query: Query) -> dict[str, list[dict[str, Any]]]:
    return {
        table: query(f"select {CONTENT[table]} from raw.{table} order by 1") for table in TABLES
    }


def nothing(query: Query) -> bool:
    return not any(content_of(query).values())


def only(summary: LoadSummary) -> FileOutcome:
    (outcome,) = summary.files
    return outcome
