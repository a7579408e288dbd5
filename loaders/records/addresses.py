"""IP addresses of events, without the part that tells one device from its neighbours.

What flows through: the JSON text of an object in, the same with its address cut to the network out:
24 bits of IPv4, 48 of IPv6, as much as any model reads (`truncated_ip` in the dbt project). Pure.
Belongs here: what is cut. Does not belong here: when (`sealed_rows`, `privacy.encryption`).
"""

from __future__ import annotations

import re
from ipaddress import ip_address, ip_network

import msgspec
from msgspec import Raw

KEY = "ipAddress"
# How the key is written in JSON, or may be.
_WRITTEN = re.compile(rb"ipAddress|\\u")
_PREFIX_BITS = {4: 24, 6: 48}


def without_host(json_object: bytes) -> bytes:
    """Cut the address in an object.

    Args:
        json_object: Its text, or nothing.

    Returns:
        Its text, the very same where it has no address, or one that is cut.
    """
    if not _WRITTEN.search(json_object):
        return json_object
    members = msgspec.json.decode(json_object, type=dict[str, Raw])
    address = msgspec.json.decode(members[KEY]) if KEY in members else None
    if not isinstance(address, str) or network_of(address) == address:
        return json_object
    members[KEY] = Raw(msgspec.json.encode(network_of(address)))
    return msgspec.json.encode(members)


def network_of(address: str) -> str:
    """Give the first address of the network that an address is in; nothing where it is none.

    Args:
        address: IPv4 or IPv6; forms that mix the two, or name an interface, are none.
    """
    if ":" in address and not re.fullmatch(r"[0-9a-fA-F:]+", address):
        return ""
    try:
        bits = _PREFIX_BITS[ip_address(address).version]
    except ValueError:
        return ""
    return str(ip_network((address, bits), strict=False).network_address)
