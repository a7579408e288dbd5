"""A large file of lines in parts that several workers load at once.

What flows through: one open file in; the parts it is cut into, and then the records of each, out.
A part knows the number of its first line, for a record keeps the number that it has in its file:
so every line must hold one record, and a file of which that is not true is not for parts.
Belongs here: which files can be cut, and where. Does not belong here: who loads the parts (`crew`).
"""

from __future__ import annotations

import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from loaders.reading.decompression import CHUNK_BYTES, is_compressed
from loaders.reading.inputs import STANDARD_INPUT, LandingFile
from loaders.reading.splitting import Block, split_lines

# Large enough that beginning one costs nothing, small enough that workers end together.
PART_BYTES = 16 * 1024 * 1024


class NotInPartsError(Exception):
    """The file is not what its survey said, or not one record a line: load it as a whole."""


@dataclass(frozen=True)
class Part:
    """Some lines of a file.

    Attributes:
        start: Offset of the first byte.
        first_line: Number of the first line, from 1.
        size: Length in bytes.
        lines: How many ends of lines it holds.
        checksum: CRC-32 of the bytes.
    """

    start: int
    first_line: int
    size: int = 0
    lines: int = 0
    checksum: int = 0

    def longer_by(self, more: bytes) -> Part:
        """Take in the bytes that follow."""
        return Part(
            self.start,
            self.first_line,
            self.size + len(more),
            self.lines + more.count(b"\n"),
            zlib.crc32(more, self.checksum),
        )

    def next(self) -> Part:
        """Begin the part that follows, with nothing in it yet."""
        return Part(self.start + self.size, self.first_line + self.lines)


def can_be_cut(path: str) -> bool:
    """Tell whether a file is worth cutting, and seems to hold one record a line.

    Args:
        path: A file, or `-`.
    """
    file = Path(path)
    if path == STANDARD_INPUT or not file.is_file() or file.stat().st_size < 2 * PART_BYTES:
        return False
    try:
        with file.open("rb") as opened:
            head = opened.read(CHUNK_BYTES)
    except OSError:
        return False
    return head.startswith(b"{") and not is_compressed(path, head)


def survey(file: LandingFile) -> Iterator[Part]:
    """Read a file once, and cut it at ends of lines.

    Args:
        file: The file; it knows its digest afterwards.

    Yields:
        Its parts, in order.
    """
    part = Part(start=0, first_line=1)
    for chunk in file.raw():
        end = chunk.find(b"\n") + 1 if part.size >= PART_BYTES else 0
        if end:
            whole = part.longer_by(chunk[:end])
            yield whole
            part = whole.next()
        part = part.longer_by(chunk[end:])
    if part.size:
        yield part


def blocks(file: BinaryIO, part: Part) -> Iterator[Block]:
    """Read the records of one part.

    Args:
        file: The file, open and seekable.
        part: Which part.

    Yields:
        Blocks of record texts.

    Raises:
        NotInPartsError: The part is not what the survey saw.
    """
    yield from split_lines(_checked(file, part), part.first_line, part.start)


def _checked(file: BinaryIO, part: Part) -> Iterator[bytes]:
    file.seek(part.start)
    left, checksum = part.size, 0
    while left and (chunk := file.read(min(CHUNK_BYTES, left))):
        checksum = zlib.crc32(chunk, checksum)
        left -= len(chunk)
        yield chunk
    if left or checksum != part.checksum:
        raise NotInPartsError("the file has changed since it was surveyed")
