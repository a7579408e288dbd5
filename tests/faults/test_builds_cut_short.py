"""A build that ends before its end, however and wherever: the next one makes it good."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import psycopg
import pytest

from loaders.embedded import server
from loaders.embedded.server_account import Account
from loaders.settings import Settings
from tests.conftest import DEEP
from tests.faults.commands import (
    BEFORE_A_WATERMARK,
    BLOWS,
    CTRL_C,
    IN_A_MART,
    IN_A_REFRESH,
    IN_THE_ANALYSIS,
    KILLED,
    MOMENTS,
    SERVER_KILLED,
    TERMINATED,
    Blow,
    Ended,
    Moment,
    chhimeki,
    ended,
    halted,
    is_gone,
    told,
    wait_until,
)
from tests.faults.conftest import AssertMadeGood
from tests.faults.disks import fill, small_disk

FULL = "he disk of PostgreSQL is full; make room on it and run it again: nothing half-done"


@dataclass(frozen=True)
class Place:
    """The warehouse, and the disk its tables lie on."""

    warehouse: Settings
    disk: Path


Fault = Callable[[Place], None]


@pytest.fixture
def place(warehouse: Settings) -> Iterator[Place]:
    with small_disk(megabytes=256) as disk:
        space = disk / "tablespace"
        space.mkdir()
        Account.for_data((warehouse.home / "data").resolve()).own(space)
        create = f"create tablespace small location '{space}'"
        move = f"alter database {warehouse.database} set tablespace small"
        back = f"alter database {warehouse.database} set tablespace pg_default"
        maintenance = warehouse.conninfo(server.MAINTENANCE_DATABASE)
        _execute(maintenance, create, move)
        yield Place(warehouse, disk)
        server.up(warehouse)
        _execute(maintenance, back, "drop tablespace small")


def cut_short(blow: Blow, moment: Moment) -> Fault:
    """Something ends a build from outside at a moment."""

    def befall(place: Place) -> None:
        with halted(place.warehouse, moment, "build") as child:
            blow.strike(place.warehouse, child)
            # What it waits for is still held: it ends, and does not wait for that.
            cut = ended(child)
            wait_until(lambda: is_gone(child.pid))
        assert cut.code == blow.code, cut
        if blow.told:
            (line,) = told(cut)
            assert line.startswith("chhimeki: ")
            assert blow.told in line
        assert server.is_up(place.warehouse) == (blow is not SERVER_KILLED)

    befall.__name__ = f"{blow} {moment}"
    return befall


def no_room(place: Place) -> None:
    ballast = fill(place.disk, but=300_000)
    failed = chhimeki(place.warehouse, "build")
    ballast.unlink()
    assert failed.code == 1
    (line,) = told(failed)
    assert line.startswith("chhimeki: ")
    assert FULL in line


def failing(table: str) -> Fault:
    """A model fails, and what reads it is not built."""

    def befall(place: Place) -> None:
        failed = _build_with_broken(table, place.warehouse)
        assert failed.code == 1
        assert failed.out.endswith(" 1 failed\n")
        (line,) = [one for one in told(failed) if one.startswith("✗")]
        assert line.startswith(f"✗ {table.split('.')[1]}: ")
        assert 'violates check constraint "broken"' in line

    befall.__name__ = f"failing {table}"
    return befall


def failing_begin(place: Place) -> None:
    failed = _build_with_broken("intermediate.builds", place.warehouse)
    assert failed.code == 1
    (line,) = told(failed)
    assert line.startswith("chhimeki: dbt could not begin: ")
    assert 'violates check constraint "broken"' in line


def _build_with_broken(table: str, warehouse: Settings) -> Ended:
    conninfo = warehouse.conninfo()
    _execute(conninfo, f"alter table {table} add constraint broken check (false) not valid")
    failed = chhimeki(warehouse, "build")
    _execute(conninfo, f"alter table {table} drop constraint broken")
    return failed


# Each build comes a little further than the one before it.
ONE_AFTER_THE_OTHER = [
    failing_begin,
    cut_short(SERVER_KILLED, BEFORE_A_WATERMARK),
    no_room,
    failing("marts.user_sessions"),
    cut_short(KILLED, IN_A_MART),
    cut_short(CTRL_C, IN_A_REFRESH),
    cut_short(TERMINATED, IN_THE_ANALYSIS),
]
EACH_ALONE = [
    [fault]
    for fault in (
        no_room,
        failing("marts.user_sessions"),
        failing("intermediate.int_author_names"),
        *(cut_short(blow, moment) for blow in BLOWS for moment in MOMENTS),
    )
]


def _name(faults: Sequence[Fault]) -> str:
    return faults[0].__name__ if len(faults) == 1 else "one after the other"


@pytest.mark.parametrize("faults", [ONE_AFTER_THE_OTHER, *(EACH_ALONE if DEEP else [])], ids=_name)
def test_whatever_befalls_builds_the_next_makes_it_good(
    faults: Sequence[Fault], place: Place, assert_made_good: AssertMadeGood
) -> None:
    for fault in faults:
        server.up(place.warehouse)  # the fault needs it; whoever builds does not
        fault(place)
    done = chhimeki(place.warehouse, "build")
    assert done.code == 0, done
    assert_made_good()


def _execute(conninfo: str, *statements: str) -> None:
    with psycopg.connect(conninfo, autocommit=True) as connection:
        for statement in statements:
            connection.execute(statement.encode())
