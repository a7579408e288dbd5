"""`metrics.conversion_credits`."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from .identity import derived_uuid, told, uuid_of
from .records import Event
from .seeds import seed
from .user_sessions import sessions_of

LOOKBACK = timedelta(days=30)
PLACES = Decimal("0.0000000001")
HOST_NAME = re.compile(r"[a-z0-9._-]{1,253}")
IPV6_HOST = re.compile(r"\[[0-9a-f:.]{1,45}\]")
SCHEME = re.compile(r"[a-z][a-z0-9+.-]*")
PORT = re.compile(r":[0-9]*")

# Start, session ref as bytes, session id; then the channel that the session itself tells.
Touch = tuple[datetime, bytes, str, str | None]


def conversion_credits(
    events: Sequence[Event], users: Sequence[dict[str, Any]]
) -> list[dict[str, Any]]:
    """One row a conversion and channel. `events` are processed, earliest first."""
    sources = {user["user_ref"]: user["registration_source"] for user in users}
    touches = _touches(events)
    rows: dict[tuple[str, str], dict[str, Any]] = {}
    for conversion in seed("conversions"):
        name = conversion["conversion"]
        for user, at in _first_times(events, conversion["event_name"]).items():
            own = sources[user] or "direct"
            seen = [one for one in touches[user] if at - LOOKBACK <= one[0] <= at]
            channels = [channel or own for _, _, _, channel in sorted(seen)]
            for channel in channels or [own]:
                rows.setdefault((name, channel), _empty(name, channel))
            _credit(rows, name, channels, own)
    return list(rows.values())


def referrer_host(referrer: str) -> str | None:
    """The host of a URL in lower case, without `www.` and port; None for what is none."""
    scheme, separator, rest = _lower(referrer).partition("://")
    if not separator or not SCHEME.fullmatch(scheme):
        return None
    authority = re.split("[/?#]", rest, maxsplit=1)[0].rpartition("@")[2]
    for shape in (HOST_NAME, IPV6_HOST):
        host = shape.match(authority)
        if host and (host.end() == len(authority) or PORT.fullmatch(authority[host.end() :])):
            bare = host[0].removeprefix("www.")
            return bare or host[0]
    return None


def _lower(text: str) -> str:
    return "".join(letter.lower() if letter.isascii() else letter for letter in text)


def _touches(events: Sequence[Event]) -> dict[str, list[Touch]]:
    touches: dict[str, list[Touch]] = defaultdict(list)
    for ref, session in sessions_of(events).items():
        user = next((event.user for event in session if event.user is not None), None)
        if user is not None:
            key = uuid_of("session" if session[0].session else "inferred_session", ref)
            touches[user].append((session[0].at, ref.encode(), str(key), _channel(session)))
    return touches


def _channel(session: list[Event]) -> str | None:
    referrers: Iterator[str | None] = (told(one.metadata.get("referrer")) for one in session)
    first = next((referrer for referrer in referrers if referrer is not None), None)
    return None if first is None else referrer_host(first)


def _first_times(events: Sequence[Event], name: str) -> dict[str, datetime]:
    times: dict[str, datetime] = {}
    for event in events:
        if event.name == name and event.user is not None:
            times.setdefault(event.user, event.at)
    return times


def _empty(conversion: str, channel: str) -> dict[str, Any]:
    return {
        "id": derived_uuid(f"conversion_channel:{conversion}:{channel}"),
        "conversion": conversion,
        "channel": channel,
        "conversions_touched": 0,
        "conversions_untouched": 0,
        "first_touch": Decimal(0),
        "last_touch": Decimal(0),
        "linear": Decimal(0),
        "position_based": Decimal(0),
    }


def _credit(
    rows: dict[tuple[str, str], dict[str, Any]], conversion: str, channels: list[str], own: str
) -> None:
    for channel in set(channels):
        rows[conversion, channel]["conversions_touched"] += 1
    if not channels:
        rows[conversion, own]["conversions_untouched"] += 1
    path = channels or [own]
    for column, shares in _models(len(path)).items():
        for channel, share in zip(path, shares, strict=True):
            rows[conversion, channel][column] += share


def _models(touches: int) -> dict[str, list[Decimal]]:
    """What each model gives to the touches of one conversion, first to last."""
    ends = {1: Decimal(1), 2: Decimal("0.5")}.get(touches, Decimal("0.4"))
    middle = _rounded(Decimal("0.2") / max(touches - 2, 1))
    return {
        "first_touch": _summing_to_one([Decimal(1), *[Decimal(0)] * (touches - 1)]),
        "last_touch": _summing_to_one([Decimal(0)] * touches),
        "linear": _summing_to_one([_rounded(Decimal(1) / touches)] * touches),
        "position_based": _summing_to_one([ends, *[middle] * (touches - 1)]),
    }


def _rounded(share: Decimal) -> Decimal:
    return share.quantize(PLACES, rounding=ROUND_HALF_UP)


def _summing_to_one(shares: list[Decimal]) -> list[Decimal]:
    """The same shares with the last one made to fit."""
    return [*shares[:-1], 1 - sum(shares[:-1], Decimal(0))]
