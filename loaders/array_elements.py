"""A buffer cut into the whole elements of a JSON array.

What flows through: bytes from somewhere inside an array in; the elements that end in them out.
Belongs here: strings, brackets and commas. Does not belong here: chunks and places (`splitting`),
whether an element is JSON (`validation`).
"""

from __future__ import annotations

import re

# Possessive quantifiers: no text, however hostile, makes these patterns backtrack. A string ends on
# its line, because JSON has no raw newline in a string.
_STRING = rb'"[^"\\\n]*+(?:\\.[^"\\\n]*+)*+"'


def _nested(levels: int) -> bytes:
    inner = rb"|[{\[]" + _nested(levels - 1) + rb"[}\]]" if levels else rb""
    return rb'[^"{}\[\]]*+(?:(?:' + _STRING + inner + rb')[^"{}\[\]]*+)*+'


# One object of common depth and what ends it: nearly every element, found without leaving C.
_USUAL_ELEMENT = re.compile(rb"\s*+(\{" + _nested(3) + rb"\})\s*+([,\]])")
# A quote that begins no string is a token of its own: the string is cut off.
_TOKEN = re.compile(_STRING + rb'|["{}\[\],]')


class Cut:
    """The elements that are whole in a buffer.

    Attributes:
        texts: One an element.
        starts: Where in the buffer each begins.
        end: Where the first element begins that is not whole.
        closed: Whether the array ended before it.
    """

    def __init__(self, buffer: bytes, position: int) -> None:
        """Cut.

        Args:
            buffer: Bytes of the array.
            position: Where in them an element begins, or white space before one.
        """
        self.texts: list[bytes] = []
        self.starts: list[int] = []
        self.end = position
        self.closed = False
        self._buffer = buffer
        while not self.closed and (self._usual_elements() or self._any_element()):
            pass

    def _usual_elements(self) -> bool:
        match = None
        while not self.closed and (match := _USUAL_ELEMENT.match(self._buffer, self.end)):
            self.texts.append(match[1])
            self.starts.append(match.start(1))
            self.end = match.end()
            self.closed = match[2] == b"]"
        return self.closed

    def _any_element(self) -> bool:
        depth = 0
        for match in _TOKEN.finditer(self._buffer, self.end):
            token = match[0]
            if token == b'"':
                return self._give_up_at_newline(match.start())
            if token in b"{[":
                depth += 1
            elif depth and token in b"}]":
                depth -= 1
            elif not depth and token in b",]":
                self._take(match.start())
                self.closed = token == b"]"
                return True
        return False

    def _give_up_at_newline(self, quote: int) -> bool:
        newline = self._buffer.find(b"\n", quote)
        if newline < 0:
            return False
        self._take(newline)
        return True

    def _take(self, stop: int) -> None:
        text = self._buffer[self.end : stop].lstrip()
        self.texts.append(text)
        self.starts.append(stop - len(text))
        self.end = stop + 1
