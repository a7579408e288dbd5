"""A stream of bytes cut into the texts of its records.

What flows through: chunks of decompressed bytes in, `Block`s of record texts out, in constant
memory. A file whose first character is `[` is one JSON array, any other is one record a line.
Belongs here: where one record ends and the next begins, and where in the file each stands.
Does not belong here: whether a text is JSON (`validation`), and files (`reading`).
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property
from itertools import accumulate, chain

import msgspec

from loaders.array_elements import Cut

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
    head, line = head[byte:], 1
    while not head.strip() and (more := next(rest, b"")):
        # White space before the first record, perhaps endless: passed over, but counted.
        line, byte, head = line + head.count(b"\n"), byte + len(head), more
    head += _first(rest, FIRST_LINE_BYTES - len(head))
    if _begins_an_array(head[:FIRST_LINE_BYTES]):
        yield from _elements(head, rest, head.index(b"[") + 1, line, byte)
    else:
        yield from _lines(chain([head], rest), line, byte)


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
    stripped = head.lstrip()
    line, _, others = stripped.partition(b"\n")
    if not stripped.startswith(b"[") or not others.strip():
        return stripped.startswith(b"[")
    try:
        msgspec.json.decode(line, type=list[msgspec.Raw])
    except (msgspec.MsgspecError, ValueError, RecursionError):
        return True
    return False


def _lines(
    chunks: Iterable[bytes], line: int, byte: int, *, of_array: bool = False
) -> Iterator[Block]:
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
            yield _too_long(begun, begun_bytes, line, byte)
            line, byte, begun, begun_bytes = line + 1, byte + begun_bytes + 1, [], 0
        whole, newline, tail = more.rpartition(b"\n")
        if newline:
            data = b"".join((*begun, whole))
            yield (block := _line_block(data, line, byte, of_array=of_array))
            line, byte, begun, begun_bytes = line + len(block.texts), byte + len(data) + 1, [], 0
        begun.append(tail)
        begun_bytes += len(tail)
    if begun_bytes > LONGEST_RECORD_BYTES:
        yield _too_long(begun, begun_bytes, line, byte)
    elif begun_bytes:
        yield _line_block(b"".join(begun), line, byte, of_array=of_array)


def _line_block(data: bytes, line: int, byte: int, *, of_array: bool) -> Block:
    texts = data.split(b"\n")
    offsets = None
    if of_array:
        offsets = list(accumulate((len(text) + 1 for text in texts[:-1]), initial=0))
        texts = [_without_array_punctuation(text) for text in texts]
    return Block(data, texts, line, byte, offsets)


def _without_array_punctuation(text: bytes) -> bytes:
    bare = text.rstrip(b",] \t\r")
    return bare if not bare or bare.endswith(b"}") else text


def _too_long(begun: list[bytes], record_bytes: int, line: int, byte: int) -> Block:
    kept = b"".join(begun)[:KEPT_BYTES]
    return Block(kept, [kept], line, byte, record_bytes=record_bytes)


def _elements(
    buffer: bytes, chunks: Iterator[bytes], position: int, line: int, byte: int
) -> Iterator[Block]:
    """Cut a JSON array into its elements.

    An element cut off inside a string is given up at the end of its line. Where the end of an
    element is not found, the rest is read as lines: one bad record must not swallow the others.
    """
    while True:
        cut = Cut(buffer, position)
        if cut.texts:
            yield Block(buffer, cut.texts, line, byte, cut.starts)
        line += buffer.count(b"\n", 0, cut.end)
        byte += cut.end
        rest = buffer[cut.end :]
        if cut.closed:
            yield from _lines(chain([rest], chunks), line, byte)
            return
        # An unfinished element is scanned anew each time, so what is read doubles: linear in all.
        more = _first(chunks, len(rest) or 1) if len(rest) <= LONGEST_RECORD_BYTES else b""
        if not more:
            yield from _lines(chain([rest], chunks), line, byte, of_array=True)
            return
        buffer, position = rest + more, 0
