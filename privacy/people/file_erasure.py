"""Erasure from files below the home: landed ones go, what tools have noted is rewritten.

What flows through: a person and folders in, the number of files out. A landed file is removed
whole: schema raw holds the records of others. Of any other file the names are replaced in place,
as a tool may have it open.
Belongs here: files. Does not belong here: the database's own, and files that wait to be landed,
which lose the person when they do.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from pathlib import Path

from loaders.landing_folder import DONE, REASON_SUFFIX, REFUSED
from loaders.reading.decompression import LONGEST_MAGIC, BrokenError, decompressed
from loaders.records.erased import TOKEN
from loaders.settings import Settings
from privacy.people import mentions
from privacy.people.person import Person

CHUNK_BYTES = 1 << 20
# The server's own files; only it can take rows out of them.
SERVER_DATA = "data"


def erase_from_files(settings: Settings, person: Person) -> int:
    """Erase a person from the files below the home and from landed files.

    Args:
        settings: Which home, which landing folder.
        person: Who.

    Returns:
        Number of files removed or rewritten.
    """
    names = mentions.spellings(person.called)
    spelled = mentions.pattern(names).replace("[[:alnum:]_]", r"\w")
    # By bytes that stand for themselves: files may hold anything.
    mentioned = re.compile(spelled.encode(), re.IGNORECASE)
    landed = [
        path
        for folder in (DONE, REFUSED)
        for path in _files(settings.landing / folder)
        if _holds(path, mentioned)
    ]
    for path in landed:
        path.with_name(path.name + REASON_SUFFIX).unlink(missing_ok=True)
        path.unlink(missing_ok=True)
    noted = [path for path in _noted(settings) if _rewrite(path, mentioned)]
    return len(landed) + len(noted)


def _files(folder: Path) -> Iterator[Path]:
    for parent, _, names in os.walk(folder):
        yield from (path for name in names if (path := Path(parent, name)).is_file())


def _noted(settings: Settings) -> Iterator[Path]:
    left_alone = (settings.home / SERVER_DATA, settings.landing)
    for path in _files(settings.home):
        if not any(path.is_relative_to(folder) for folder in left_alone):
            yield path


def _holds(path: Path, mentioned: re.Pattern[bytes]) -> bool:
    if mentioned.search(os.fsencode(path.name)):
        return True
    with path.open("rb") as file:
        head = file.read(LONGEST_MAGIC)
        file.seek(0)
        raw = iter(lambda: file.read(CHUNK_BYTES), b"")
        kept = b""
        try:
            for chunk in decompressed(raw, path.name, head):
                # A name may lie across two chunks.
                if mentioned.search(kept + chunk):
                    return True
                kept = chunk[-CHUNK_BYTES:]
        except BrokenError:
            # Nobody can say what else is in it.
            return True
    return False


def _rewrite(path: Path, mentioned: re.Pattern[bytes]) -> bool:
    with path.open("rb") as file:
        content = file.read()
    replaced = mentioned.sub(TOKEN.encode(), content)
    if replaced == content:
        return False
    with path.open("r+b") as file:
        file.write(replaced)
        file.truncate()
    return True
