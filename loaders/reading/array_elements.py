"""A JSON array cut into the texts of its elements, whatever some of them hold.

What flows through: buffers that follow one another in; the elements that end in each out. An
element that is no JSON ends where the next object may begin, so it takes no other record along.
Belongs here: which elements there are. Does not belong here: where one ends (`element_ends`),
chunks and places (`splitting`), whether an element is a record (`validation`).
"""

from __future__ import annotations

import re

from loaders.reading.element_ends import USUAL_ELEMENT, ElementEnd, Found

_SPACE = re.compile(rb"\s*+")
# What may stand between two elements, and how much of it is looked at.
_SEPARATORS = b", \t\n\r\x0b\x0c"
_LONGEST_SEPARATION = 1024
# Looking for an object inside a broken element means reading its bytes again. That many bytes more
# may be read to begin with, and so many for each that has been passed: linear in all.
_FREE_BYTES = 1 << 17
_TIMES = 4


class ArrayElements:
    """The elements of one array.

    Attributes:
        texts: Those that ended in the last buffer.
        starts: Where in it each began.
        end: How far in it they reached: where the unfinished element begins.
        closed: Whether the bracket that closes it has come. What follows it is read like elements:
            it may have stood in one that is broken.
    """

    def __init__(self) -> None:
        """Begin behind the bracket."""
        self.texts: list[bytes] = []
        self.starts: list[int] = []
        self.end = 0
        self.closed = False
        self._buffer = b""
        # The end of the unfinished element; what of it has been looked at, in bytes from `end` on;
        # whether it is broken, so that the next object is looked for instead.
        self._element: ElementEnd | None = None
        self._seen = 0
        self._broken = False
        self._allowance = _FREE_BYTES

    def cut(self, buffer: bytes, *, last: bool) -> None:
        """Find the elements that end in a buffer.

        Args:
            buffer: What the last one held from `end` on, or from what was passed over on, and more.
            last: Whether it is the last one; then whatever is unfinished ends with it.
        """
        self.texts, self.starts, self.end = [], [], 0
        self._buffer = buffer
        while self._goes_on(last=last):
            pass

    def pass_over(self) -> int:
        """Give up what has been looked at of the unfinished element.

        Returns:
            How many bytes from `end` on the next buffer must not hold again.
        """
        passed = self._seen
        if self._broken:
            passed = max(passed - _LONGEST_SEPARATION, 0)
        self._seen -= passed
        return passed

    def _goes_on(self, *, last: bool) -> bool:
        if self._element is None:
            return self._takes_usual() or self._begins()
        if not self._broken:
            return self._ends(self._element, last=last)
        return self._ends_before_an_object(last=last)

    def _takes_usual(self) -> bool:
        begun = self.end
        while match := USUAL_ELEMENT.match(self._buffer, self.end):
            self.texts.append(match[1])
            self.starts.append(match.start(1))
            self.end = match.end()
            self.closed = self.closed or match[2] == b"]"
        self._allowance += _TIMES * (self.end - begun)
        return self.end > begun

    def _begins(self) -> bool:
        """Go to where an element begins; tell whether anything does."""
        space = _SPACE.match(self._buffer, self.end)
        self.end = space.end() if space else self.end
        first = self._buffer[self.end : self.end + 1]
        if first in (b",", b"]"):
            self.end += 1
            self.closed = self.closed or first == b"]"
        elif first:
            self._element, self._seen, self._broken = ElementEnd(), 0, False
        return first != b""

    def _ends(self, element: ElementEnd, *, last: bool) -> bool:
        stop = element.read(self._buffer, self.end + self._seen)
        self._seen = stop - self.end
        # A list at the very end was closed by the bracket of the array: one bracket was too many.
        would_do = element.would_do and self._buffer[self.end : self.end + 1] != b"["
        if element.found is Found.END or (last and would_do):
            self._take(stop, stop)
        elif last or element.found is Found.ERROR:
            self._break()
        return self._element is None or self._broken

    def _break(self) -> None:
        self._broken = True
        if self._allowance > 0:
            self._allowance -= self._seen
            self._seen = min(self._seen, 1)

    def _ends_before_an_object(self, *, last: bool) -> bool:
        while (brace := self._buffer.find(b"{", self.end + self._seen)) >= 0:
            before = self._buffer[max(self.end, brace - _LONGEST_SEPARATION) : brace]
            bare = before.rstrip(_SEPARATORS)
            separation = before[len(bare) :]
            if b"," in separation or b"\n" in separation or bare.endswith((b"}", b"]")):
                self._take(brace - len(separation), brace)
                return True
            self._seen = brace + 1 - self.end
        self._seen = len(self._buffer) - self.end
        if last:
            self._take(len(self._buffer), len(self._buffer))
        return last

    def _take(self, stop: int, end: int) -> None:
        self.texts.append(self._buffer[self.end : stop].rstrip())
        self.starts.append(self.end)
        self._allowance += _TIMES * (end - self.end)
        self.end, self._element = end, None
