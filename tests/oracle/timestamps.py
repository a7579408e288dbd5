"""RFC 3339 text to instants."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta

RFC3339 = re.compile(
    r"(\d{4})-(\d\d)-(\d\d)[Tt](\d\d):(\d\d):(\d\d)(?:\.(\d+))?(?:[Zz]|([+-])(\d\d):(\d\d))",
    re.ASCII,
)


def parse_timestamp(text: str) -> datetime:
    """RFC 3339 text to an instant in UTC, microseconds (further digits are cut).

    Raises:
        ValueError: it is not RFC 3339 with an offset, or no such date or time exists.
    """
    match = RFC3339.fullmatch(text)
    if match is None:
        raise ValueError(text)
    year, month, day, hour, minute, second = (int(part) for part in match.groups()[:6])
    fraction, sign, offset_hours, offset_minutes = match.groups()[6:]
    try:
        # A leap second, as PostgreSQL takes it, is the first of the next minute.
        at = datetime(year, month, day, hour, minute, min(second, 59), tzinfo=UTC)
        at += timedelta(seconds=second == 60, microseconds=int((fraction or "0")[:6].ljust(6, "0")))
        offset = timedelta(hours=int(offset_hours or 0), minutes=int(offset_minutes or 0))
        legal = second <= 60 and int(offset_hours or 0) <= 23 and int(offset_minutes or 0) <= 59
        at = at + offset if sign == "-" else at - offset
    except OverflowError as error:
        raise ValueError(text) from error
    if not legal:
        raise ValueError(text)
    return at
