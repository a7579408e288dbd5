"""The command line of the bulk simulator: a plan's numbers in, files out."""

from __future__ import annotations

import argparse
from datetime import date
from pathlib import Path

from benchmarks.bulk.deliveries import BulkPlan, write


def main() -> None:
    """Write what the command line asks for."""
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks.bulk", description="Write simulated events in bulk, as NDJSON."
    )
    parser.add_argument("--events", type=int, default=BulkPlan.events)
    parser.add_argument("--events-per-day", type=int, default=BulkPlan.events_per_day)
    parser.add_argument("--last-day", type=date.fromisoformat, default=BulkPlan.last_day)
    parser.add_argument("--late-share", type=float, default=BulkPlan.late_share)
    parser.add_argument("--seed", type=int, default=BulkPlan.seed)
    parser.add_argument("--out", type=Path, nargs="+", required=True, help="one file, or several")
    chosen = vars(parser.parse_args())
    paths = chosen.pop("out")
    write(BulkPlan(**chosen), paths)


main()
