"""A stream of bytes cut into the texts of its records.

What flows through: chunks of decompressed bytes in, `Block`s of record texts out, in constant
memory. A file whose first character is `[` is one JSON array, any other is one record a line.
Belongs here: where one record ends and the next begins, and where in the file each stands.
Does not belong here: whether a text is JSON (`validation`), and files (`inputs`).
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from functools import cached_property
from itertools import accumulate, chain

import msgspec

from loaders.reading.array_elements import ArrayElements

# A record longer than this is rejected. It bounds memory: a record is held whole, a few times over.
LONGEST_RECORD_BYTES = 16 * 1024 * 1024
# What is kept of a record that is rejected.
KEPT_BYTES = 64 * 1024

# How far one looks to tell an array from lines.
FIRST_LINE_BYTES = 64 * 1024
BYTE_ORDER_MARK = b"\xef\xbb\xbf"


@dataclass(frozen=True)
class Block:
    """Record texts that stand one after the other in a file.

    Attributes:
        data: The bytes they were cut from.
        texts: One text a record; a blank one is no record.
        first_line: Line number of the first byte of `data`, from 1.
        first_byte: Offset of the first byte of `data` in the decompressed file.
        offsets: Where in `data` each text begins; None where each text is a line.
        record_bytes: Length of the only text where just its beginning was kept, else None.
    """

    data: bytes
    texts: list[bytes]
    first_line: int
    first_byte: int
    offsets: list[int] | None = None
    record_bytes: int | None = None

    def place(self, index: int, inner: int = 0) -> tuple[int, int]:
        """Say where a record stands.

        Args:
            index: Of its text.
            inner: Its offset within that text.

        Returns:
            Line number from 1, byte offset in the decompressed file.
        """
        offset = self._offsets[index] + inner
        return self.first_line + bisect_right(self._newlines, offset), self.first_byte + offset

    @cached_property
    def _offsets(self) -> list[int]:
        if self.offsets is not None:
            return self.offsets
        return list(accumulate((len(text) + 1 for text in self.texts), initial=0))

    @cached_property
    def _newlines(self) -> list[int]:
        # The offset just past each newline, so that bisect counts those before an offset.
        return [match.end() for match in re.finditer(b"\n", self.data)]


def split(chunks: Iterable[bytes]) -> Iterator[Block]:
    """Cut a whole file into its records.

    Args:
        chunks: The file's bytes, none of the chunks empty.

    Yields:
        Blocks, together holding every byte that is not white space or array punctuation.
    """
    rest = iter(chunks)
    head = _first(rest, len(BYTE_ORDER_MARK))
    byte = len(BYTE_ORDER_MARK) if head.startswith(BYTE_ORDER_MARK) else 0
    head, line, byte = _without_space(head[byte:], rest, 1, byte)
    head += _first(rest, FIRST_LINE_BYTES - len(head))
    if _begins_an_array(head[:FIRST_LINE_BYTES]):
        yield from _Array(head, rest, line, byte).blocks()
    else:
        yield from split_lines(chain([head], rest), line, byte)


def _without_space(
    head: bytes, chunks: Iterator[bytes], line: int, byte: int
) -> tuple[bytes, int, int]:
    """Pass over white space, perhaps endless, counting it; give a head that begins with none."""
    while not (bare := head.lstrip()) and (more := next(chunks, b"")):
        line, byte, head = line + head.count(b"\n"), byte + len(head), more
    space = len(head) - len(bare)
    return bare, line + head.count(b"\n", 0, space), byte + space


def _first(chunks: Iterator[bytes], at_least: int) -> bytes:
    """Take chunks until there are enough bytes, or no more."""
    taken: list[bytes] = []
    taken_bytes = 0
    while taken_bytes < at_least and (chunk := next(chunks, b"")):
        taken.append(chunk)
        taken_bytes += len(chunk)
    return b"".join(taken)


def _begins_an_array(head: bytes) -> bool:
    """Tell one array from lines of which the first is an array, and so no record."""
    line, _, others = head.partition(b"\n")
    if not head.startswith(b"[") or not others.strip():
        return head.startswith(b"[")
    try:
        msgspec.json.decode(line, type=list[msgspec.Raw])
    except (msgspec.MsgspecError, ValueError, RecursionError):
        return True
    return False


def split_lines(chunks: Iterable[bytes], line: int, byte: int) -> Iterator[Block]:
    """Cut lines into their records.

    Args:
        chunks: Bytes that begin with a line, none of the chunks empty.
        line: Its number in the file, from 1.
        byte: Its offset in the file.

    Yields:
        Blocks of whole lines.
    """
    begun: list[bytes] = []
    begun_bytes = 0
    for chunk in chunks:
        more = chunk
        if begun_bytes > LONGEST_RECORD_BYTES:
            # Of this line only the beginning is kept: read on to its end.
            ending, newline, more = chunk.partition(b"\n")
            begun_bytes += len(ending)
            if not newline:
                continue
            yield Block(begun[0], begun, line, byte, record_bytes=begun_bytes)
            line, byte, begun, begun_bytes = line + 1, byte + begun_bytes + 1, [], 0
        whole, newline, tail = more.rpartition(b"\n")
        if newline:
            data = b"".join((*begun, whole))
            yield (block := Block(data, data.split(b"\n"), line, byte))
            line, byte, begun, begun_bytes = line + len(block.texts), byte + len(data) + 1, [], 0
        begun.append(tail)
        begun_bytes += len(tail)
        if begun_bytes > LONGEST_RECORD_BYTES:
            begun = [b"".join(begun)[:KEPT_BYTES]]
    if begun_bytes > LONGEST_RECORD_BYTES:
        yield Block(begun[0], begun, line, byte, record_bytes=begun_bytes)
    elif begun_bytes:
        data = b"".join(begun)
        yield Block(data, [data], line, byte)


class _Array:
    """A JSON array being cut into its elements, and whatever follows it likewise.

    Of an array that is never closed the bracket itself comes last, a text that is no JSON: so that
    a file cut off between two elements does not pass for a whole one.
    """

    def __init__(self, head: bytes, chunks: Iterator[bytes], line: int, byte: int) -> None:
        """Begin at the bracket, which is the first byte of the head."""
        self._bracket = Block(head[:1], [head[:1]], line, byte)
        self._elements = ArrayElements()
        self._buffer, self._chunks, self._line, self._byte = head, chunks, line, byte
        self._pass(1)
        # What has been passed of an element that is too long to be held.
        self._long: Block | None = None

    def blocks(self) -> Iterator[Block]:
        yield from self._cut(last=False)
        # What is read doubles with what is unfinished, so joining the two stays linear in all.
        while more := _first(self._chunks, len(self._buffer) or 1):
            self._buffer += more
            yield from self._cut(last=False)
        yield from self._cut(last=True)
        if not self._elements.closed:
            yield self._bracket

    def _cut(self, *, last: bool) -> Iterator[Block]:
        self._elements.cut(self._buffer, last=last)
        texts, starts = self._elements.texts, self._elements.starts
        if self._long is not None and texts:
            yield self._longer(self._long, texts[0])
            self._long, texts, starts = None, texts[1:], starts[1:]
        if texts:
            yield Block(self._buffer, texts, self._line, self._byte, starts)
        self._pass(self._elements.end)
        if self._long is not None or len(self._buffer) > LONGEST_RECORD_BYTES:
            passed = self._elements.pass_over()
            begun = self._long or Block(b"", [b""], self._line, self._byte, record_bytes=0)
            self._long = self._longer(begun, self._buffer[:passed])
            self._pass(passed)

    def _pass(self, count: int) -> None:
        self._line += self._buffer.count(b"\n", 0, count)
        self._byte += count
        self._buffer = self._buffer[count:]

    def _longer(self, begun: Block, more: bytes) -> Block:
        kept = begun.data + more[: KEPT_BYTES - len(begun.data)]
        length = (begun.record_bytes or 0) + len(more)
        return replace(begun, data=kept, texts=[kept], record_bytes=length)
