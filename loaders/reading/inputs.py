"""Files to records.

What flows through: paths as a person gives them in; for each file its bytes, decompressed and cut
into record texts, and their digest, out. Constant memory, whatever the file holds.
Belongs here: finding files, opening and hashing them, noticing that one changes or is broken.
Does not belong here: how compression works (`decompression`), where a record ends (`splitting`),
whether it is legal (`validation`).
"""

from __future__ import annotations

import glob
import hashlib
import os
import shutil
import stat
import sys
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import BinaryIO

from loaders.errors import LoadError
from loaders.reading.decompression import CHUNK_BYTES, LONGEST_MAGIC, BrokenError, decompressed
from loaders.reading.splitting import Block, split

STANDARD_INPUT = "-"
SUFFIXES = tuple(
    name + compression
    for name in (".jsonl", ".ndjson", ".json")
    for compression in ("", ".gz", ".zst")
)


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
        LoadError: An argument names nothing, or what may not be looked at.
    """
    found: dict[str, str] = {}
    for argument in arguments:
        try:
            paths = _meant(argument)
        except PermissionError as error:
            raise LoadError(
                f"Cannot look at {error.filename!r}: {error.strerror}; allow it to be read."
            ) from error
        for path in paths:
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
        self._read_whole = False

    def digest(self) -> bytes:
        """Give the SHA-256 of its bytes: of those that `blocks` has read to the end, or reads now.

        Raises:
            RefusedError: It cannot be read.
        """
        if not self._read_whole:
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
            yield from split(self._text())
            self.check_unchanged()
        except (BrokenError, OSError) as error:
            self.check_unchanged()
            raise RefusedError(f"{self.name}: {error}; get the file anew.") from error

    def _text(self) -> Iterator[bytes]:
        self._file.seek(0)
        head = self._file.read(LONGEST_MAGIC)
        return decompressed(self.raw(), self.name, head)

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
        self.bytes_read, self._read_whole = 0, False
        self._hasher = hashlib.sha256()
        # Not beyond the size it had: one that grows as fast as it is read would never end.
        while self.bytes_read <= self.size and (chunk := self._file.read(CHUNK_BYTES)):
            self._hasher.update(chunk)
            self.bytes_read += len(chunk)
            yield chunk
        self._read_whole = True


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
