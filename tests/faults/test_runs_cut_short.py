"""A Dagster run that ends before its end: nothing of it goes on alone, the next one makes it good.

The job runs in a child process with an instance of its own, as `chhimeki run` does it; dbt is a
child of that.
"""

from pathlib import Path

from loaders.embedded import server
from loaders.settings import Settings
from tests.conftest import DEEP
from tests.faults.commands import (
    BUILDING,
    CTRL_C,
    IN_A_MART,
    IN_A_REFRESH,
    IN_THE_ANALYSIS,
    IN_THE_SECOND_HALF,
    KILLED,
    TERMINATED,
    Blow,
    Moment,
    chhimeki,
    count,
    ended,
    halted,
    is_gone,
    told,
    wait_until,
)
from tests.faults.conftest import AssertMadeGood

DEEPER: list[tuple[Blow, Moment]] = [
    (CTRL_C, IN_A_REFRESH),
    (TERMINATED, IN_THE_ANALYSIS),
    (CTRL_C, IN_THE_SECOND_HALF),
]


def test_whatever_befalls_runs_the_next_makes_it_good(
    warehouse: Settings, landed_before: Path, assert_made_good: AssertMadeGood
) -> None:
    run = ("run", str(landed_before))
    _killed(warehouse, *run)
    for blow, moment in [(TERMINATED, IN_A_MART), *(DEEPER if DEEP else [])]:
        _cut_short(blow, moment, warehouse, *run)
    done = chhimeki(warehouse, *run)
    assert "The warehouse is built" in done.out, done
    assert_made_good()


def _killed(warehouse: Settings, *run: str) -> None:
    with halted(warehouse, IN_A_MART, *run) as child:
        KILLED.strike(warehouse, child)
        child.wait()
        # dbt is left, and keeps other builds out until it has ended as well.
        assert not is_gone(child.pid)
        assert count(warehouse, BUILDING) == 1


def _cut_short(blow: Blow, moment: Moment, warehouse: Settings, *run: str) -> None:
    with halted(warehouse, moment, *run) as child:
        blow.strike(warehouse, child)
        # What it waits for is still held: it ends, and takes dbt along.
        cut = ended(child)
        wait_until(lambda: is_gone(child.pid))
    assert cut.code == blow.code, cut
    (line,) = told(cut)
    assert line.startswith("chhimeki: ")
    assert blow.told in line
    assert server.is_up(warehouse)
