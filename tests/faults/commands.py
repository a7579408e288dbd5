"""`chhimeki` as a child process that comes to a halt at a moment one names, and how it ended."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass

import psycopg

from loaders.settings import Settings
from orchestration.warehouse import BUILD_LOCK
from tests.servers import kill_server

COMMAND = (sys.executable, "-m", "orchestration.cli")
PATIENCE_SECONDS = 300
# That one and no other: landing, migrations and Dagster's storage have advisory locks as well.
_BUILD_LOCKS = f"""
    select from pg_locks
    where locktype = 'advisory' and objsubid = 1
    and (classid::bigint << 32 | objid::bigint) = hashtextextended('{BUILD_LOCK}', 0)
"""
BUILDING = f"{_BUILD_LOCKS} and granted"
WAITING_TO_BUILD = f"{_BUILD_LOCKS} and not granted"

Child = subprocess.Popen[str]


@dataclass(frozen=True)
class Moment:
    """A point in a build at which another transaction can hold it up.

    Attributes:
        name: What is being done then.
        relation: What the build waits for.
        hold: What another transaction does so that it waits.
    """

    name: str
    relation: str
    hold: str

    def __str__(self) -> str:
        return self.name


def writing(relation: str, name: str) -> Moment:
    # Whoever reads goes on; whoever writes waits.
    return Moment(name, relation, f"lock table {relation} in share mode")


BEFORE_A_WATERMARK = writing("intermediate.watermarks", "rows are there, their watermark is not")
IN_A_MART = writing("marts.user_sessions", "in a mart")
IN_A_REFRESH = Moment("in a refresh", "metrics.sessions_daily", "analyze metrics.sessions_daily")
IN_THE_ANALYSIS = writing("analysis.experiment_results", "in the analysis")
IN_THE_SECOND_HALF = writing("marts.experiments", "in the second half")
MOMENTS = (
    writing("intermediate.builds", "before anything"),
    BEFORE_A_WATERMARK,
    IN_A_MART,
    IN_A_REFRESH,
    IN_THE_ANALYSIS,
    IN_THE_SECOND_HALF,
)


@dataclass(frozen=True)
class Blow:
    """What ends a command from outside.

    Attributes:
        name: What it is.
        strike: Does it to a command and its warehouse.
        code: What the command then ends with.
        told: The line on standard error that says so; empty where nobody is left to say it.
    """

    name: str
    strike: Callable[[Settings, Child], object]
    code: int
    told: str

    def __str__(self) -> str:
        return self.name


STOPPED = "chhimeki: Stopped; nothing half-done was kept, and run again it goes on from there."
SERVER_KILLED = Blow(
    "server killed",
    lambda settings, _: kill_server(settings),
    1,
    "he connection to PostgreSQL was lost; run it again, and it goes on from there",
)
KILLED = Blow("killed", lambda _, child: child.kill(), -signal.SIGKILL, "")
TERMINATED = Blow("terminated", lambda _, child: child.terminate(), 130, STOPPED)
# In a terminal it reaches every process of the command.
CTRL_C = Blow("Ctrl-C", lambda _, child: os.killpg(child.pid, signal.SIGINT), 130, STOPPED)
BLOWS = (SERVER_KILLED, KILLED, TERMINATED, CTRL_C)


@dataclass(frozen=True)
class Ended:
    """How a command ended.

    Attributes:
        code: Its exit code; of one that was killed, minus the signal's number.
        out: What it wrote to standard output.
        err: What it wrote to standard error.
    """

    code: int
    out: str
    err: str


@contextmanager
def started(settings: Settings, *arguments: str) -> Iterator[Child]:
    """Start a command in a process group of its own, as a terminal does; none of it stays."""
    places = {
        "CHHIMEKI_HOME": str(settings.home),
        "CHHIMEKI_PORT": str(settings.port),
    }
    child = subprocess.Popen(
        [*COMMAND, *arguments],
        env=os.environ | places,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )
    with child:
        try:
            yield child
        finally:
            with suppress(ProcessLookupError):
                os.killpg(child.pid, signal.SIGKILL)


def ended(child: Child) -> Ended:
    out, err = child.communicate(timeout=PATIENCE_SECONDS)
    return Ended(child.returncode, out, err)


def chhimeki(settings: Settings, *arguments: str) -> Ended:
    with started(settings, *arguments) as child:
        return ended(child)


@contextmanager
def halted(settings: Settings, moment: Moment, *arguments: str) -> Iterator[Child]:
    """Start a command and wait until it has come to a moment, where it stays meanwhile."""
    with closing(psycopg.connect(settings.conninfo())) as holder:
        holder.execute(moment.hold.encode())
        with started(settings, *arguments) as child:
            wait_until(lambda: waits_for(settings, moment) or child.poll() is not None)
            assert child.poll() is None, f"it never came to {moment}: {ended(child)}"
            yield child


def told(command: Ended) -> list[str]:
    """What a command said on standard error, but for the stages it came to."""
    return [line for line in command.err.splitlines() if not line.endswith(" …")]


def waits_for(settings: Settings, moment: Moment) -> bool:
    waiting = "select from pg_locks where not granted and relation = %s::regclass"
    return count(settings, waiting, moment.relation) > 0


def count(settings: Settings, query: str, *parameters: object) -> int:
    with psycopg.connect(settings.conninfo()) as connection:
        return len(connection.execute(query.encode(), parameters or None).fetchall())


def wait_until(condition: Callable[[], bool]) -> None:
    deadline = time.monotonic() + PATIENCE_SECONDS
    while not condition():
        assert time.monotonic() < deadline, "it never came to that"
        time.sleep(0.05)


def is_gone(group: int) -> bool:
    """Whether no process of a command is left, be it of its children."""
    try:
        os.killpg(group, 0)
    except ProcessLookupError:
        return True
    return False
