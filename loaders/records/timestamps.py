"""RFC 3339 timestamps to instants.

What flows through: the text of a timestamp in, an instant in UTC out.
Belongs here: which texts are timestamps. Does not belong here: which instants are acceptable.
"""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta

_RFC_3339 = re.compile(
    r"([0-9]{4})-([0-9]{2})-([0-9]{2})[Tt]([0-9]{2}):([0-9]{2}):([0-9]{2})(?:\.([0-9]+))?"
    r"(?:[Zz]|([+-])([01][0-9]|2[0-3]):([0-5][0-9]))"
)

# The spelling nearly every producer uses: UTC, at most microseconds, a day every such month has.
# PostgreSQL reads it as it stands, so such a text needs no parsing here.
usual_timestamp = re.compile(
    r"2[0-9]{3}-(?:(?:0[13578]|1[02])-(?:0[1-9]|[12][0-9]|3[01])"
    r"|(?:0[469]|11)-(?:0[1-9]|[12][0-9]|30)|02-(?:0[1-9]|1[0-9]|2[0-8]))"
    r"T(?:[01][0-9]|2[0-3]):[0-5][0-9]:[0-5][0-9](?:\.[0-9]{1,6})?Z"
).fullmatch


def parse_timestamp(text: str) -> datetime:
    """Read a date and time with an offset.

    Args:
        text: RFC 3339, with `T` between date and time. Digits beyond microseconds are cut. Second
            60, a leap second, is the second after it, as PostgreSQL has it.

    Returns:
        The instant, in UTC.

    Raises:
        ValueError: The text is not RFC 3339, or there is no such date or time.
    """
    match = _RFC_3339.fullmatch(text)
    if match is None:
        raise ValueError("not RFC 3339 with an offset, such as 2026-01-31T12:00:00Z")
    year, month, day, hour, minute, second = (int(part) for part in match.groups()[:6])
    fraction, sign, offset_hours, offset_minutes = match.groups()[6:]
    microseconds = int((fraction or "")[:6].ljust(6, "0"))
    leap = second == 60  # noqa: PLR2004 - the one second past 59
    moment = datetime(year, month, day, hour, minute, 59 if leap else second, tzinfo=UTC)
    offset = timedelta()
    if sign is not None:
        offset = timedelta(hours=int(offset_hours), minutes=int(offset_minutes))
    if sign == "-":
        offset = -offset
    try:
        return moment + timedelta(seconds=leap, microseconds=microseconds) - offset
    except OverflowError as error:
        raise ValueError("beyond the years 1 to 9999") from error
