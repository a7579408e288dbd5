"""Files to records.

What flows through: paths as a person gives them in; for each file its digest, then its bytes,
decompressed and cut into record texts, out. Constant memory, whatever the file holds.
Belongs here: finding files, opening, hashing and decompressing them, noticing that one is broken.
Does not belong here: where a record ends (`splitting`), whether it is legal (`validation`).
"""

from __future__ import annotations

import glob
import hashlib
import os
import shutil
import stat
import sys
import tempfile
import zlib
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import BinaryIO, Protocol

import zstandard

from loaders.errors import LoadError
from loaders.splitting import Block, split

STANDARD_INPUT = "-"
SUFFIXES = tuple(
    name + compression
    for name in (".jsonl", ".ndjson", ".json")
    for compression in ("", ".gz", ".zst")
)
CHUNK_BYTES = 256 * 1024
# What is decompressed in one call: a few bytes of a hostile file may unfold to megabytes.
COMPRESSED_BYTES = 1024
GZIP_MAGIC = b"\x1f\x8b"
# Zeros between members, or after the last one, mean nothing.
GZIP_PADDING = b"\0"
ZSTD_MAGIC = b"\x28\xb5\x2f\xfd"


class RefusedError(LoadError):
    """One file cannot be landed; the others can."""


def expand(arguments: Sequence[str]) -> list[str]:
    """Find the files that are meant.

    Args:
        arguments: Files, folders (searched below for `SUFFIXES`), patterns, `-` for standard input.

    Returns:
        Each file once, in the order of the arguments; those of one argument by name.

    Raises:
        LoadError: An argument names nothing.
    """
    found: dict[str, str] = {}
    for argument in arguments:
        for path in _meant(argument):
            found.setdefault(path if path == STANDARD_INPUT else os.path.realpath(path), path)
    return list(found.values())


def _meant(argument: str) -> list[str]:
    if argument == STANDARD_INPUT:
        return [argument]
    if Path(argument).is_dir():
        return _below(argument)
    if Path(argument).exists():
        return [argument]
    # Path.glob refuses an absolute pattern.
    matches = sorted(glob.glob(argument, recursive=True))  # noqa: PTH207
    if not matches:
        raise LoadError(f"No file, folder or match for {argument!r}; check the path.")
    return [path for match in matches for path in (_below(match) if _is_dir(match) else [match])]


def _is_dir(path: str) -> bool:
    return Path(path).is_dir()


def _below(folder: str) -> list[str]:
    def give_up(error: OSError) -> None:
        raise LoadError(f"Cannot list {error.filename!r}: {error.strerror}; allow it to be read.")

    return sorted(
        str(Path(parent, name))
        for parent, _, names in os.walk(folder, onerror=give_up)
        for name in names
        if name.endswith(SUFFIXES)
    )


class LandingFile:
    """One open file.

    Attributes:
        name: The path as it was given; what of it is no text is spelt in backslashes.
        size: Its length in bytes, compressed as it is.
        digest: SHA-256 of its bytes.
        bytes_read: How many of them `blocks` has read.
    """

    def __init__(self, name: str, file: BinaryIO) -> None:
        """Read the file once, for its digest.

        Args:
            name: Its path.
            file: Open and seekable.
        """
        self.name = name.encode("utf-8", "backslashreplace").decode()
        self.bytes_read = 0
        self._file = file
        hasher = hashlib.sha256()
        self.size = sys.maxsize
        self.size = sum(len(chunk) for chunk in self._raw(hasher))
        self.digest = hasher.digest()

    def blocks(self) -> Iterator[Block]:
        """Read the file again, record by record.

        Yields:
            Blocks of record texts.

        Raises:
            RefusedError: It is truncated or corrupt, cannot be read, or has changed since its
                digest was taken. Blocks that came before must not be kept.
        """
        try:
            hasher = hashlib.sha256()
            yield from split(self._decompressed(self._raw(hasher)))
        except (EOFError, zlib.error, zstandard.ZstdError, OSError) as error:
            raise RefusedError(f"{self.name}: {error}; get the file anew.") from error
        if hasher.digest() != self.digest:
            raise RefusedError(f"{self.name}: changed while it was read; load it once it is whole.")

    def _raw(self, hasher: _Hasher) -> Iterator[bytes]:
        self._file.seek(0)
        self.bytes_read = 0
        # Not beyond the size it had: one that grows as fast as it is read would never end.
        while self.bytes_read <= self.size and (chunk := self._file.read(CHUNK_BYTES)):
            hasher.update(chunk)
            self.bytes_read += len(chunk)
            yield chunk

    def _decompressed(self, raw: Iterator[bytes]) -> Iterator[bytes]:
        self._file.seek(0)
        magic = self._file.read(len(ZSTD_MAGIC))
        if self.name.endswith(".gz") or magic.startswith(GZIP_MAGIC):
            return _gathered(_unfolded(raw, _new_gzip_member, GZIP_PADDING))
        if self.name.endswith(".zst") or magic == ZSTD_MAGIC:
            return _gathered(_unfolded(raw, zstandard.ZstdDecompressor().decompressobj, b""))
        return raw


def _new_gzip_member() -> _Decompressor:
    return zlib.decompressobj(wbits=zlib.MAX_WBITS | 16)


class _Hasher(Protocol):
    def update(self, data: bytes, /) -> None: ...


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
        raise EOFError("the compressed data is cut off")


def _gathered(pieces: Iterator[bytes]) -> Iterator[bytes]:
    """Join small pieces: every chunk costs the same, whatever its size."""
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


@contextmanager
def open_landing_file(path: str, spool: Path) -> Iterator[LandingFile]:
    """Open a file for two readings.

    Args:
        path: A file, or `-`. What can be read only once, such as a pipe, is copied first.
        spool: An existing folder for such a copy, which is gone afterwards.

    Yields:
        The open file.

    Raises:
        RefusedError: It cannot be read.
    """
    with ExitStack() as stack:
        try:
            if path == STANDARD_INPUT:
                file: BinaryIO = sys.stdin.buffer
            else:
                file = stack.enter_context(Path(path).open("rb"))
            if not stat.S_ISREG(os.fstat(file.fileno()).st_mode) or path == STANDARD_INPUT:
                copy = stack.enter_context(tempfile.TemporaryFile(dir=spool))
                shutil.copyfileobj(file, copy)
                copy.seek(0)
                file = copy
            landing_file = LandingFile(path, file)
        except OSError as error:
            raise RefusedError(f"{path}: {error.strerror}; see to it, then load again.") from error
        yield landing_file
