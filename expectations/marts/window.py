"""The dates of the marts that are judged.

What flows through: a number of dates in, a condition in SQL out. Belongs here: the window that
suites share. Does not belong here: any rule.
"""

from __future__ import annotations

# By the index on `timestamp`; the last date is that of the last event, whatever the time zone.
LAST_DATE = '(select date from marts.events order by "timestamp" desc limit 1)'
JUDGED_DATES = 31
# Population stability index from which a distribution has shifted (Siddiqi 2006, Credit Risk
# Scorecards: below 0.1 stable, above 0.25 another population).
SHIFTED = 0.25


def events_of_last_dates(dates: int = JUDGED_DATES) -> str:
    """Select the last dates of `marts.events`.

    Args:
        dates: How many.

    Returns:
        A condition that names the partition key with two days to spare, as dates have a time zone.
    """
    return f"""
            "timestamp" > (select max("timestamp") from marts.events) - interval '{dates + 2} days'
            and date > {LAST_DATE} - {dates}
    """
