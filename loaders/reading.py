"""Files to records.

What flows through: paths as a person gives them in; for each file its bytes, decompressed and cut
into record texts, and their digest, out. Constant memory, whatever the file holds.
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


class ChangedError(RefusedError):
    """A file was being written while it was read."""


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
        bytes_read: How many of them have been read.
    """

    def __init__(self, name: str, file: BinaryIO) -> None:
        """Take note of what the file is before any of it is read.

        Args:
            name: Its path.
            file: Open and seekable.
        """
        self.name = name.encode("utf-8", "backslashreplace").decode()
        self.bytes_read = 0
        self._file = file
        self._version = self._version_now()
        self.size = self._version[0]
        self._hasher = hashlib.sha256()

    def digest(self) -> bytes:
        """Give the SHA-256 of its bytes: of those that `blocks` has read, or reads now.

        Raises:
            RefusedError: It cannot be read.
        """
        if not self.bytes_read:
            try:
                for _ in self.raw():
                    pass
            except OSError as error:
                raise RefusedError(f"{self.name}: {error}; get the file anew.") from error
        return self._hasher.digest()

    def blocks(self) -> Iterator[Block]:
        """Read the file, record by record.

        Yields:
            Blocks of record texts.

        Raises:
            RefusedError: It is truncated or corrupt, or cannot be read; as `ChangedError`, it was
                written to meanwhile. Blocks that came before must not be kept.
        """
        try:
            yield from split(self._decompressed(self.raw()))
            self.check_unchanged()
        except (EOFError, zlib.error, zstandard.ZstdError, OSError) as error:
            self.check_unchanged()
            raise RefusedError(f"{self.name}: {error}; get the file anew.") from error

    def check_unchanged(self) -> None:
        """Raise `ChangedError` where the file has been written to since it was opened."""
        if self._version_now() != self._version:
            raise ChangedError(f"{self.name}: changed while it was read; load it once it is whole.")

    def _version_now(self) -> tuple[int, int]:
        status = os.fstat(self._file.fileno())
        return status.st_size, status.st_mtime_ns

    def raw(self) -> Iterator[bytes]:
        """Read its bytes as they are, from the first.

        Yields:
            Chunks of them.
        """
        self._file.seek(0)
        self.bytes_read = 0
        self._hasher = hashlib.sha256()
        # Not beyond the size it had: one that grows as fast as it is read would never end.
        while self.bytes_read <= self.size and (chunk := self._file.read(CHUNK_BYTES)):
            self._hasher.update(chunk)
            self.bytes_read += len(chunk)
            yield chunk

    def _decompressed(self, raw: Iterator[bytes]) -> Iterator[bytes]:
        self._file.seek(0)
        head = self._file.read(len(ZSTD_MAGIC))
        if _is_gzip(self.name, head):
            return _gathered(_unfolded(raw, _new_gzip_member, GZIP_PADDING))
        if _is_zstd(self.name, head):
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
    """Open a file, to be read as often as needed.

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
