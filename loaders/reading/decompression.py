"""Compressed bytes to the bytes they stand for, in constant memory.

What flows through: chunks of a file as they are in; chunks of its text out.
Belongs here: gzip and zstd, how they are told, and how a broken one is noticed.
Does not belong here: files (`inputs`), records (`splitting`).
"""

from __future__ import annotations

import zlib
from collections.abc import Callable, Iterator
from typing import Protocol

import zstandard

GZIP_MAGIC = b"\x1f\x8b"
ZSTD_MAGIC = b"\x28\xb5\x2f\xfd"
LONGEST_MAGIC = len(ZSTD_MAGIC)
# Zeros between members, or after the last one, mean nothing.
GZIP_PADDING = b"\0"
# What is decompressed in one call: a few bytes of a hostile file may unfold to megabytes.
COMPRESSED_BYTES = 256
# Files are read in such chunks, and small pieces joined to them: every chunk costs the same,
# whatever its size.
CHUNK_BYTES = 256 * 1024


class BrokenError(Exception):
    """Compressed data is corrupt, or cut off."""


def decompressed(raw: Iterator[bytes], name: str, head: bytes) -> Iterator[bytes]:
    """Decompress a file, where it is compressed.

    Args:
        raw: Its bytes.
        name: Its name, of which the suffix counts.
        head: Its first bytes, at least `LONGEST_MAGIC` where there are so many.

    Yields:
        The bytes they stand for.

    Raises:
        BrokenError: The data is not whole. What came before must not be kept.
    """
    if _is_gzip(name, head):
        return _gathered(_unfolded(raw, _new_gzip_member, GZIP_PADDING))
    if _is_zstd(name, head):
        return _gathered(_unfolded(raw, zstandard.ZstdDecompressor().decompressobj, b""))
    return raw


def is_compressed(name: str, head: bytes) -> bool:
    """Tell whether a file is read as compressed, by its name or its first bytes."""
    return _is_gzip(name, head) or _is_zstd(name, head)


def _is_gzip(name: str, head: bytes) -> bool:
    return name.endswith(".gz") or head.startswith(GZIP_MAGIC)


def _is_zstd(name: str, head: bytes) -> bool:
    return name.endswith(".zst") or head.startswith(ZSTD_MAGIC)


def _new_gzip_member() -> _Decompressor:
    return zlib.decompressobj(wbits=zlib.MAX_WBITS | 16)


class _Decompressor(Protocol):
    """One gzip member or zstd frame."""

    @property
    def eof(self) -> bool: ...
    @property
    def unused_data(self) -> bytes: ...
    def decompress(self, data: bytes, /) -> bytes: ...


def _unfolded(
    raw: Iterator[bytes], new: Callable[[], _Decompressor], padding: bytes
) -> Iterator[bytes]:
    """Decompress members (of gzip) or frames (of zstd), one after the other."""
    try:
        yield from _members(raw, new, padding)
    except (zlib.error, zstandard.ZstdError) as error:
        raise BrokenError(str(error)) from error


def _members(
    raw: Iterator[bytes], new: Callable[[], _Decompressor], padding: bytes
) -> Iterator[bytes]:
    member: _Decompressor | None = new()
    for chunk in raw:
        for start in range(0, len(chunk), COMPRESSED_BYTES):
            data = chunk[start : start + COMPRESSED_BYTES]
            while data := data if member else data.lstrip(padding):
                member = member or new()
                yield member.decompress(data)
                data = b""
                if member.eof:
                    data, member = member.unused_data, None
    if member is not None:
        raise BrokenError("the compressed data is cut off")


def _gathered(pieces: Iterator[bytes]) -> Iterator[bytes]:
    gathered: list[bytes] = []
    size = 0
    for piece in pieces:
        gathered.append(piece)
        size += len(piece)
        if size >= CHUNK_BYTES:
            yield b"".join(gathered)
            gathered, size = [], 0
    if size:
        yield b"".join(gathered)
