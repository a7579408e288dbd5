"""Section 3: ids, dates, addresses and numbers as the marts show them."""

from __future__ import annotations

import ipaddress
import re
import uuid
from datetime import date, datetime
from decimal import ROUND_HALF_UP, Decimal
from hashlib import md5
from typing import Any
from zoneinfo import ZoneInfo

HEX_UUID = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}")
PLATFORMS = ("web", "ios", "android", "desktop")


def uuid_of(kind: str, ref: str | None) -> str | None:
    """The UUID of a source id: the id itself where it is one, else derived from kind and id."""
    if ref is None:
        return None
    if HEX_UUID.fullmatch(ref.lower()) and ref.isascii():
        return ref.lower()
    return derived_uuid(f"{kind}:{ref}")


def derived_uuid(natural_key: str) -> str:
    """The UUID whose 128 bits are the MD5 of a natural key."""
    return str(uuid.UUID(md5(natural_key.encode()).hexdigest()))


def date_in(zone: str, at: datetime) -> date:
    """The day of an instant in the reporting time zone."""
    return at.astimezone(ZoneInfo(zone)).date()


def told(value: Any) -> str | None:
    """A value of metadata, which is not validated: what is not text there says nothing."""
    return value if isinstance(value, str) else None


def platform_of(value: Any) -> str | None:
    """One of the known platforms, `other` for anything else that is there, None for nothing."""
    return value if value is None or value in PLATFORMS else "other"


def truncated_ip(value: Any) -> str | None:
    """An address without its host part (IPv4 /24, IPv6 /48); None where it is no address."""
    if not isinstance(value, str) or "%" in value:
        return None
    try:
        address = ipaddress.ip_address(value)
    except ValueError:
        return None
    bits = 24 if address.version == 4 else 48
    return str(ipaddress.ip_network(f"{address}/{bits}", strict=False))


def four_places(value: Decimal) -> Decimal:
    """Rounded half away from zero to four places, as PostgreSQL rounds a numeric."""
    return value.quantize(Decimal("0.0001"), rounding=ROUND_HALF_UP)


def plain(value: Any) -> Any:
    """A JSON value with ordinary numbers, as a driver reads a jsonb column."""
    if isinstance(value, dict):
        return {key: plain(inner) for key, inner in value.items()}
    if isinstance(value, list):
        return [plain(inner) for inner in value]
    if isinstance(value, Decimal):
        # As PostgreSQL writes it: 1.0 keeps its point, 1e2 has none.
        return int(value) if int(value.as_tuple().exponent) >= 0 else float(value)
    return value
