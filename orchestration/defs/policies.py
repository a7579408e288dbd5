"""What holds for many assets alike, said once.

What flows through: nothing; constants that the modules of assets share.
Belongs here: owner, pool and freshness. Does not belong here: any asset.
"""

from datetime import timedelta

from dagster import FreshnessPolicy

OWNER = "warehouse@chhimeki.example"

POOL = "build"
"""The pool of all that writes to models: runs that need it wait for each other in the queue."""

# Files come several times a day, and the nightly run builds in any case: what is older than a day
# and a few hours has missed one.
FRESH = FreshnessPolicy.time_window(
    warn_window=timedelta(hours=26), fail_window=timedelta(hours=48)
)
