"""The load of one large file by several workers, published as one.

What flows through: a path and a crew in, what became of the file out. Each worker commits its parts
only when all have copied theirs, and none of it has landed before the row in raw.loads commits.
Belongs here: the order of these steps. Does not belong here: the workers (`crew`), where the file
is cut (`parts`), the row (`register`).
"""

from __future__ import annotations

import dataclasses
import time

import psycopg

from loaders.landing import register, schema
from loaders.landing.file_loader import FileLoader, outcome
from loaders.loads import Counts
from loaders.outcomes import FileOutcome, Status
from loaders.reading import inputs
from loaders.reading.inputs import LandingFile, RefusedError
from loaders.workers.crew import Crew
from loaders.workers.parts import NotInPartsError


def load_in_parts(path: str, loader: FileLoader, crew: Crew) -> FileOutcome:
    """Land one file by all workers, all of it or nothing.

    Args:
        path: The file, one of those that can be cut.
        loader: Loads it as a whole where parts will not do, which also says why.
        crew: The workers.

    Returns:
        What became of it.

    Raises:
        LoadError: A worker died; nothing of the file has landed.
        psycopg.Error: The server failed; nothing of the file has landed.
    """
    started = time.monotonic()
    try:
        with inputs.open_landing_file(path, loader.spool) as file:
            status, load_id, counts = _land(path, file, loader, crew)
    except (
        NotInPartsError,
        RefusedError,
        OSError,
        psycopg.OperationalError,
        register.ErasedMeanwhileError,
    ):
        whole = loader.load(path)
        register.remove_unpublished(loader.connection)
        return whole
    told = outcome(path, status, load_id, counts, started)
    erased = register.names_erased(loader.connection, load_id)
    return dataclasses.replace(told, names_erased=erased)


def _land(
    path: str, file: LandingFile, loader: FileLoader, crew: Crew
) -> tuple[Status, int, Counts]:
    connection = loader.connection
    with register.one_of_length(connection, file.size):
        landed = register.landed_as(connection, file.size, file.digest)
        if landed is not None:
            return Status.ALREADY_LANDED, landed, Counts()
        schema.ensure_partitions(connection)
        with register.in_parts(connection) as load, crew.together(load, path):
            counts = crew.copy_parts(file)
            with connection.transaction():
                file.check_unchanged()
                register.publish_parts(connection, load, file.digest(), file.name, file.size)
                crew.commit()
                register.finish(connection, load, counts)
    return Status.LANDED, load.load_id, counts
