"""The members of a record, taken apart without parsing what is inside them.

What flows through: the text of one record in; its top-level keys with the JSON text of each, and
from them typed values, out.
Belongs here: what a JSON object is, what counts as absent, present, empty, of the wrong type.
Does not belong here: which keys a kind of record must have (`validation`).
"""

from __future__ import annotations

import json
from collections.abc import Collection
from typing import NoReturn

import msgspec
from msgspec import Raw

from loaders.records import storable
from loaders.records.storable import IllegalError

LONGEST_ID = 200
Members = dict[str, Raw]

_decode_members = msgspec.json.Decoder(Members).decode
_decode_list = msgspec.json.Decoder(list[Raw]).decode
_decode_string = msgspec.json.Decoder(str).decode


def members(text: bytes) -> Members:
    """Take a record apart; of a key that occurs twice the last counts, as in jsonb.

    Args:
        text: A record. Escapes that cannot be stored do not matter here.

    Returns:
        The JSON text of each top-level value. null counts as present here.

    Raises:
        IllegalError: The record is not a JSON object.
    """
    try:
        return _decode_members(storable.without_unstorable_escapes(text))
    except (msgspec.MsgspecError, ValueError, RecursionError) as error:
        _say_why(text, str(error))


def parts(text: bytes, found: Members) -> list[tuple[int, bytes]] | None:
    """Take a batch apart.

    Args:
        text: A record.
        found: Its members.

    Returns:
        Offset in `text`, and text, of each element of the list `events`; None where the record has
        no such list.
    """
    listed = found.get("events", Raw(b"null"))
    if memoryview(listed)[0] != ord("["):
        return None
    # Offsets are sought in the text that was decoded: it is as long as the original.
    decoded = storable.without_unstorable_escapes(text)
    offset = decoded.rindex(bytes(listed))
    elements = []
    for element in map(bytes, _decode_list(listed)):
        offset = decoded.index(element, offset)
        elements.append((offset, text[offset : offset + len(element)]))
        offset += len(element)
    return elements


def is_present(found: Members, key: str) -> bool:
    """Tell whether a key has a value other than null."""
    return key in found and memoryview(found[key])[0] != ord("n")


def string(found: Members, key: str) -> str | None:
    """Give a string, or None where it is absent; raise `IllegalError` (wrong_type) otherwise."""
    if not is_present(found, key):
        return None
    try:
        return _decode_string(found[key])
    except msgspec.ValidationError as error:
        raise IllegalError("wrong_type", f"{key} is not a string") from error


def required_string(found: Members, key: str) -> str:
    """Give a string that must be there and not be empty; raise `IllegalError` otherwise."""
    value = string(found, key)
    if value is None:
        raise IllegalError("missing_key", f"{key} is missing")
    if not value:
        raise IllegalError("empty_key", f"{key} is empty")
    return value


def required_id(found: Members, key: str) -> str:
    """Give an id that must be there; raise `IllegalError` otherwise."""
    return _not_too_long(required_string(found, key), key)


def optional_id(found: Members, key: str) -> str | None:
    """Give an id, or None where it is absent or empty; raise `IllegalError` otherwise."""
    return _not_too_long(string(found, key) or "", key) or None


def json_object(found: Members, key: str) -> Raw | None:
    """Give the JSON text of an object, or None; raise `IllegalError` (wrong_type) otherwise."""
    if not is_present(found, key):
        return None
    if memoryview(found[key])[0] != ord("{"):
        raise IllegalError("wrong_type", f"{key} is not an object")
    return found[key]


def others(found: Members, known: Collection[str]) -> bytes:
    """Give the members whose keys are not known as one JSON object; empty without such."""
    unknown = [
        msgspec.json.encode(key) + b":" + bytes(value)
        for key, value in found.items()
        if key not in known
    ]
    return b"{" + b",".join(unknown) + b"}" if unknown else b""


def _not_too_long(value: str, key: str) -> str:
    if len(value) > LONGEST_ID:
        raise IllegalError("id_too_long", f"{key} has more than {LONGEST_ID} characters")
    return value


def _say_why(text: bytes, otherwise: str) -> NoReturn:
    """Say why a text is no JSON object, in the order in which its reader would stumble."""
    storable.check_utf8(text)
    storable.check_depth(text)
    if text == b"[":
        raise IllegalError("not_json", "an array that is never closed: the file may be cut off")
    try:
        # Numbers are only told apart: Python refuses to convert some that JSON allows.
        value = json.loads(text, parse_int=len, parse_float=len, parse_constant=_refuse)
    except (ValueError, RecursionError) as error:
        raise IllegalError("not_json", str(error)) from error
    if isinstance(value, dict):
        raise IllegalError("not_json", otherwise)
    raise IllegalError("not_an_object", "JSON, but not an object")


def _refuse(name: str) -> NoReturn:
    raise ValueError(f"{name} is no JSON")
