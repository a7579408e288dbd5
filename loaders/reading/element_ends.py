"""Where an element of a JSON array ends.

What flows through: bytes from the beginning of an element on, in as many buffers as it takes, in;
the position of its end, or of the first byte that no JSON has there, out. No byte is read twice.
Belongs here: strings, brackets, commas and colons. Does not belong here: what to do about an
element that is broken (`array_elements`), whether numbers and names are JSON (`validation`).
"""

from __future__ import annotations

import re
from enum import Enum, auto

# Possessive quantifiers: no text, however hostile, makes these patterns backtrack. A string ends on
# its line, because JSON has no raw newline in a string.
_IN_STRING = rb'[^"\\\n]*+(?:\\.[^"\\\n]*+)*+'
_STRING = rb'"' + _IN_STRING + rb'"'
_ATOM = rb'[^\s"{}\[\],:]++'


def _value(levels: int) -> bytes:
    """A value with at most this many levels of brackets in it; a comma at its end does no harm."""
    if not levels:
        return rb"(?:" + _STRING + rb"|" + _ATOM + rb")"
    inner = _value(levels - 1)
    members = rb"(?:\s*+" + _STRING + rb"\s*+:\s*+" + inner + rb"\s*+(?:,|(?=\})))*+"
    values = rb"(?:\s*+" + inner + rb"\s*+(?:,|(?=\])))*+"
    containers = rb"\{" + members + rb"\s*+\}|\[" + values + rb"\s*+\]"
    return rb"(?:" + _STRING + rb"|" + _ATOM + rb"|" + containers + rb")"


# An object of common depth and what ends it: nearly every element, found without leaving C.
USUAL_ELEMENT = re.compile(rb"\s*+((?=\{)" + _value(4) + rb")\s*+(?:([,\]])|(?=\{))")
# Whole members or values of an unfinished object or array, each with its comma.
_MEMBERS = re.compile(rb"(?:\s*+" + _STRING + rb"\s*+:\s*+" + _value(3) + rb"\s*+,)*+")
_VALUES = re.compile(rb"(?:\s*+" + _value(3) + rb"\s*+,)*+")
# 1: a string (2: and its end), 3: a number or a name, 4: a mark; none of them: no more bytes.
_TOKEN = re.compile(
    rb'\s*+(?:("' + _IN_STRING + rb'(?:(")|(?=\\?\Z)))|(' + _ATOM + rb")|([{}\[\],:])|\Z)"
)
_REST_OF_STRING = re.compile(_IN_STRING + rb'(?:(")|(?=\\?\Z))')
_REST_OF_ATOM = re.compile(rb"(?:" + _ATOM + rb")?+")
_CLOSING = {b"{": b"}", b"[": b"]"}
# Deeper than this, brackets are only counted: such a record will be rejected.
_DEEPEST = 1000


class Found(Enum):
    """What is known of the end of an element."""

    NOT_YET = auto()
    END = auto()
    ERROR = auto()


class _Expected(Enum):
    VALUE = auto()
    KEY = auto()
    COLON = auto()
    # Of a value: a comma or a closing bracket.
    END = auto()


class ElementEnd:
    """The end of one element, which is being looked for.

    Attributes:
        found: What is known of it.
    """

    def __init__(self) -> None:
        """Begin before the element."""
        self.found = Found.NOT_YET
        self._expected = _Expected.VALUE
        # The brackets that close what is open; how many more there are that are only counted.
        self._open: list[bytes] = []
        self._deeper = 0
        # Then the comma behind it may be missing.
        self._in_brackets = False
        # How a token goes on that the last buffer broke off.
        self._rest: re.Pattern[bytes] | None = None

    @property
    def would_do(self) -> bool:
        """Whether the element would be whole if nothing more came."""
        in_string = self._rest is _REST_OF_STRING
        return self._expected is _Expected.END and not self._open and not in_string

    def read(self, buffer: bytes, position: int) -> int:
        """Read on.

        Args:
            buffer: Holds what comes next.
            position: Where in it.

        Returns:
            Where reading stopped: where the next buffer has to begin; once the end is `found`, the
            comma, bracket or brace behind the element.
        """
        if self._rest is not None:
            position = self._finish_token(self._rest, buffer, position)
        while self.found is Found.NOT_YET and self._rest is None and position < len(buffer):
            position = self._read_token(buffer, self._pass_usual(buffer, position))
        return position

    def _read_token(self, buffer: bytes, position: int) -> int:
        token = _TOKEN.match(buffer, position)
        if token is None or not self._accepts(token):
            self.found = Found.ERROR
            return position
        return token.start(4) if self.found is Found.END else token.end()

    def _finish_token(self, rest: re.Pattern[bytes], buffer: bytes, position: int) -> int:
        match = rest.match(buffer, position)
        if match is None:
            self.found = Found.ERROR
            return position
        ended = match[1] if rest is _REST_OF_STRING else match.end() < len(buffer)
        self._rest = None if ended else rest
        return match.end()

    def _pass_usual(self, buffer: bytes, position: int) -> int:
        """Pass over members or values, as long as they are whole and of common depth."""
        usual = None
        if self._deeper:
            pass
        elif self._expected is _Expected.KEY:
            usual = _MEMBERS.match(buffer, position)
        elif self._expected is _Expected.VALUE and self._open[-1:] == [b"]"]:
            usual = _VALUES.match(buffer, position)
        return usual.end() if usual else position

    def _accepts(self, token: re.Match[bytes]) -> bool:
        """Take a token where it may stand; tell whether it may."""
        string, string_end, atom, mark = token.groups()
        if string and not string_end:
            self._rest = _REST_OF_STRING
        elif atom and token.end() == len(token.string):
            self._rest = _REST_OF_ATOM
        if self._deeper:
            return self._counts(mark)
        return self._accepts_mark(mark) if mark else self._accepts_scalar(string, atom)

    def _counts(self, mark: bytes | None) -> bool:
        if mark in (b"{", b"["):
            self._deeper += 1
        elif mark in (b"}", b"]"):
            self._deeper -= 1
        return True

    def _accepts_scalar(self, string: bytes | None, atom: bytes | None) -> bool:
        if (string or atom) and self._expected is _Expected.VALUE:
            self._expected = _Expected.END
        elif string and self._expected is _Expected.KEY:
            self._expected = _Expected.COLON
        else:
            return not (string or atom)
        return True

    def _accepts_mark(self, mark: bytes) -> bool:
        innermost = self._open[-1] if self._open else None
        match self._expected, mark:
            case _Expected.VALUE, b"{" | b"[":
                self._begin(mark)
            case (_Expected.VALUE, b"]") | (_Expected.KEY, b"}") | (_Expected.END, b"}" | b"]") if (
                mark == innermost
            ):
                self._open.pop()
                self._expected = _Expected.END
            case _Expected.COLON, b":":
                self._expected = _Expected.VALUE
            case _Expected.END, b"," if innermost:
                self._expected = _Expected.KEY if innermost == b"}" else _Expected.VALUE
            case _Expected.END, b"," | b"]" if innermost is None:
                self.found = Found.END
            case _Expected.END, b"{" if innermost is None and self._in_brackets:
                self.found = Found.END
            case _:
                return False
        return True

    def _begin(self, bracket: bytes) -> None:
        self._in_brackets = True
        if len(self._open) == _DEEPEST:
            # Only when the counted ones are closed is anything expected again: the value's end.
            self._deeper, self._expected = 1, _Expected.END
        else:
            self._open.append(_CLOSING[bracket])
            self._expected = _Expected.KEY if bracket == b"{" else _Expected.VALUE
