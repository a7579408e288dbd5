"""The rows of schema raw that the gate judges.

What flows through: nothing; a condition in SQL. Belongs here: the window that the gate's suites
share. Does not belong here: any rule.
"""

from __future__ import annotations

# It begins 24 hours before the newest load. Longer: a bad file blocks for longer and the gate costs
# more. Shorter: files landed by one slow batch are judged apart.
LANDED_IN_THE_LAST_DAY = "landed_at >= (select max(landed_at) from raw.loads) - interval '24 hours'"

# What is not in raw.loads has not landed.
EVENTS_OF_THE_LAST_DAY = f"""
            {LANDED_IN_THE_LAST_DAY}
            and load_id in (select load_id from raw.loads)
"""
