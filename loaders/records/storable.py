"""What PostgreSQL can hold, and what it cannot.

What flows through: the text of one record in; a yes, or an `IllegalError` that says what is wrong.
Belongs here: limits of `text`, `numeric` and `jsonb`, found in the JSON text without building it.
Does not belong here: keys and types of a record (`envelope`, `validation`).
"""

from __future__ import annotations

import re
from collections.abc import Sequence

# Deeper nesting is rejected. Both the parsers here (about 1,000 levels, shared with the Python
# stack of whoever calls) and PostgreSQL's (some 6,000 at its default stack) must never be the ones
# to find out; a real record has fewer than ten levels.
DEEPEST_NESTING = 500
# numeric, and so a number in jsonb: digits before the point, digits after it.
DIGITS_BEFORE_POINT = 131_072
DIGITS_AFTER_POINT = 16_383
# PostgreSQL refuses an exponent near 2^30, whatever the number.
LONGEST_EXPONENT_DIGITS = 9

# A text shorter than this holds neither too deep a nesting nor, with an exponent of at most four
# digits, too long a number.
_REMARKABLE_BYTES = 2 * DEEPEST_NESTING
# An exponent of five digits, or a sign and four. The letter comes first because a letter is sought
# much faster than a digit; what follows tells a number from an id in hexadecimal.
_LONG_EXPONENT = re.compile(rb"e[+\-0-9][0-9]{4}[0-9]*+[,}\]\s]").search
_LONG_EXPONENT_CAPITAL = re.compile(rb"E[+\-0-9][0-9]{4}[0-9]*+[,}\]\s]").search
_LONG_NUMBER = re.compile(rb"[0-9]{6000}").search
_PAIR = rb"\\u[dD][89abAB]..\\u[dD][c-fC-F].."
_STORABLE_ESCAPES = re.compile(
    rb"(?:[^\\]++|" + _PAIR + rb"|\\u(?!0000|[dD][89a-fA-F])....|\\[^u])*+", re.DOTALL
).fullmatch
_UNSTORABLE_ESCAPE = re.compile(
    rb"(" + _PAIR + rb"|\\[^u])|\\u(?:0000|[dD][89a-fA-F]..)", re.DOTALL
)
_STRING = re.compile(rb'"[^"\\]*+(?:\\.[^"\\]*+)*+"', re.DOTALL)
_NOT_BRACKETS = bytes(set(range(256)) - set(b"{}[]"))
_NUMBER = re.compile(rb"([0-9]++)(?:\.([0-9]++))?(?:[eE]([+-]?)0*+([0-9]*+))?")


class IllegalError(Exception):
    """A record is not legal.

    Attributes:
        reason: Its reason code.
        detail: A sentence for people.
    """

    def __init__(self, reason: str, detail: str) -> None:
        super().__init__(reason, detail)
        self.reason = reason
        self.detail = detail


def is_unremarkable(text: bytes) -> bool:
    """Tell at a glance that PostgreSQL can hold a text, if it is JSON.

    Args:
        text: A record.

    Returns:
        False where `check` has to look closely.
    """
    if not text.isascii() and not _is_utf8(text):
        return False
    if b"\\" in text and b"\\u" in text and not _STORABLE_ESCAPES(text):
        return False
    if len(text) >= _REMARKABLE_BYTES and (
        text.count(b"{") + text.count(b"[") > DEEPEST_NESTING or _LONG_NUMBER(text)
    ):
        return False
    return not (_LONG_EXPONENT(text) or (b"E" in text and _LONG_EXPONENT_CAPITAL(text)))


def are_unremarkable(texts: Sequence[bytes], data: bytes) -> bool:
    """Tell at a glance that `is_unremarkable` holds for many records, and none has an escape.

    Args:
        texts: The records.
        data: Bytes that hold them all.

    Returns:
        False where each record has to be looked at.
    """
    return (
        data.isascii()
        and b"\\" not in data
        and max(map(len, texts), default=0) < _REMARKABLE_BYTES
        and not _LONG_EXPONENT(data)
        and not (b"E" in data and _LONG_EXPONENT_CAPITAL(data))
    )


def check(text: bytes) -> None:
    """Look closely whether PostgreSQL can hold a text.

    Args:
        text: A record that is JSON, but for its escapes and encoding.

    Raises:
        IllegalError: It cannot; the reason says why.
    """
    check_utf8(text)
    check_depth(text)
    check_escapes(text)
    for match in _NUMBER.finditer(_STRING.sub(b'""', text)):
        if not _fits_numeric(*match.groups(b"")):
            raise IllegalError(
                "unstorable_number",
                f"a number has more than {DIGITS_BEFORE_POINT} digits before the point "
                f"or {DIGITS_AFTER_POINT} after it",
            )


def check_utf8(text: bytes) -> None:
    """Raise `IllegalError` (not_utf8) where a text is not UTF-8."""
    try:
        text.decode()
    except UnicodeDecodeError as error:
        raise IllegalError("not_utf8", f"{error.reason} at byte {error.start}") from error


def check_depth(text: bytes) -> None:
    """Raise `IllegalError` (too_deep) where brackets are nested too deep; strings are skipped."""
    if text.count(b"{") + text.count(b"[") <= DEEPEST_NESTING:
        return
    depth = 0
    for bracket in _STRING.sub(b"", text).translate(None, _NOT_BRACKETS):
        depth += 1 if bracket in b"{[" else -1
        if depth > DEEPEST_NESTING:
            raise IllegalError("too_deep", f"nested deeper than {DEEPEST_NESTING} levels")


def check_escapes(text: bytes) -> None:
    r"""Raise `IllegalError` (unstorable_text) for \u0000 and for half a surrogate pair."""
    if b"\\u" in text and not _STORABLE_ESCAPES(text):
        raise IllegalError("unstorable_text", "U+0000 or a lone surrogate, escaped")


def without_unstorable_escapes(text: bytes) -> bytes:
    """Put an escaped space in place of every escape that cannot be stored.

    Args:
        text: A record.

    Returns:
        A text of the same length and, if it is JSON, the same structure.
    """
    if b"\\u" not in text or _STORABLE_ESCAPES(text):
        return text
    return _UNSTORABLE_ESCAPE.sub(lambda match: match[1] or rb"\u0020", text)


def _is_utf8(text: bytes) -> bool:
    try:
        text.decode()
    except UnicodeDecodeError:
        return False
    return True


def _fits_numeric(whole: bytes, fraction: bytes, sign: bytes, exponent: bytes) -> bool:
    if len(exponent) > LONGEST_EXPONENT_DIGITS:
        return False
    shift = int(exponent or b"0") * (-1 if sign == b"-" else 1)
    if len(fraction) - shift > DIGITS_AFTER_POINT:
        return False
    digits = (whole + fraction).lstrip(b"0")
    # Zeros in front of the first other digit do not count; zero itself has no digits at all.
    leading_zeros = len(whole) + len(fraction) - len(digits)
    return not digits or len(whole) - leading_zeros + shift <= DIGITS_BEFORE_POINT
