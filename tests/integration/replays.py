"""What tests of replays share: records that are legal later, and the sums that must hold."""

from collections import Counter
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from loaders.records import validation
from loaders.replay.replaying import ReplaySummary, replay
from loaders.settings import Settings
from tests.integration.conftest import Query
from tests.integration.landing_content import ENTITY, EVENT

# A record that is 30 hours ahead has become legal by then.
AHEAD, LATER = timedelta(hours=30), timedelta(hours=7)
SHOP = ENTITY | {"entityType": "shop"}


def late(event_id: str, **more: Any) -> dict[str, Any]:
    """An event that is not legal yet."""
    moment = (datetime.now(UTC) + AHEAD).isoformat()
    return EVENT | {"eventId": event_id, "timestamp": moment} | more


def replay_later(database: Settings) -> ReplaySummary:
    return replay(database, datetime.now(UTC) + LATER)


def allow_shops(monkeypatch: pytest.MonkeyPatch) -> None:
    """The fix of a loader that did not know an entity type."""
    monkeypatch.setattr(validation, "ENTITY_TYPES", (*validation.ENTITY_TYPES, "shop"))


def assert_reconciled(query: Query) -> None:
    """Records read are those landed and rejected: of every load, of every file, in total."""
    loads = {row["load_id"]: row for row in query("select * from raw.loads")}
    rows = {
        table: query(f"select load_id, record_number from raw.{table}")
        for table in ("events", "entities", "rejected_records", "open_rejects")
    }
    counted = {table: Counter(row["load_id"] for row in found) for table, found in rows.items()}
    for load_id, one in loads.items():
        own = [counted[table][load_id] for table in ("events", "entities", "rejected_records")]
        assert own == [one["events_landed"], one["entities_landed"], one["records_rejected"]]
        assert one["records_read"] == sum(own)
    whereabouts: dict[int, list[int]] = {load_id: [] for load_id in loads}
    for table in ("events", "entities", "open_rejects"):
        for row in rows[table]:
            load_id = row["load_id"]
            while loads[load_id]["replays_load_id"] is not None:
                load_id = loads[load_id]["replays_load_id"]
            whereabouts[load_id].append(row["record_number"])
    for load_id, one in loads.items():
        if one["replays_load_id"] is None:
            assert sorted(whereabouts[load_id]) == list(range(1, one["records_read"] + 1))
