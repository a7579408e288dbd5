"""A bulk simulator: millions of events of a community that goes on for years, as NDJSON.

What flows through: a `BulkPlan` in, lines out, one day's delivery after the other. Nothing is
remembered from one day to the next: a session follows from seed, day and lateness, a post's author
from day and number. So any stretch of days can be written alone, and a delivery is the same bytes
whether twenty days come before it or five hundred.
Belongs here: believable proportions at speed. Does not belong here: dirt (`loaders.simulation`
deals in that).
Run it alone: `python -m benchmarks.bulk --events 1000000 --out events.jsonl`.
"""

from __future__ import annotations

from benchmarks.bulk.deliveries import BulkPlan, Snapshots, deliveries, write

__all__ = ["BulkPlan", "Snapshots", "deliveries", "write"]
