"""A build that ends before its end, however and wherever: the next one makes it good."""

from collections.abc import Sequence

import psycopg
import pytest

from loaders import server
from loaders.settings import Settings
from tests.conftest import DEEP
from tests.faults.commands import (
    BEFORE_A_WATERMARK,
    BLOWS,
    CTRL_C,
    IN_A_MART,
    IN_A_REFRESH,
    IN_THE_ANALYSIS,
    IN_THE_SECOND_HALF,
    KILLED,
    MOMENTS,
    SERVER_KILLED,
    TERMINATED,
    Blow,
    Moment,
    chhimeki,
    ended,
    halted,
    is_gone,
    wait_until,
)
from tests.faults.conftest import AssertMadeGood

Fault = tuple[Blow, Moment]

# One after the other, each build a little further than the one before it.
ONE_OF_EACH: list[Fault] = [
    (SERVER_KILLED, BEFORE_A_WATERMARK),
    (KILLED, IN_A_MART),
    (CTRL_C, IN_A_REFRESH),
    (TERMINATED, IN_THE_ANALYSIS),
    (SERVER_KILLED, IN_THE_SECOND_HALF),
]
EACH_ALONE = [[(blow, moment)] for blow in BLOWS for moment in MOMENTS]


def _name(faults: Sequence[Fault]) -> str:
    return ", then ".join(f"{blow} {moment}" for blow, moment in faults)


@pytest.mark.parametrize("faults", [ONE_OF_EACH, *(EACH_ALONE if DEEP else [])], ids=_name)
def test_builds_cut_short_are_made_good_by_the_next(
    faults: Sequence[Fault], warehouse: Settings, assert_made_good: AssertMadeGood
) -> None:
    for blow, moment in faults:
        _cut_short(warehouse, blow, moment)
    done = chhimeki(warehouse, "build")
    assert done.code == 0, done
    assert_made_good()


def _cut_short(warehouse: Settings, blow: Blow, moment: Moment) -> None:
    with halted(warehouse, moment, "build") as child:
        blow.strike(warehouse, child)
        # While what it waits for is still held: it ends, and does not wait for it.
        cut = ended(child)
        wait_until(lambda: is_gone(child.pid))
    assert cut.code == blow.code, cut
    if blow.told:
        (line,) = [line for line in cut.err.splitlines() if not line.endswith(" …")]
        assert line.startswith("chhimeki: ")
        assert blow.told in line
    assert server.is_up(warehouse) == (blow is not SERVER_KILLED)


@pytest.mark.parametrize("table", ["marts.user_sessions", "intermediate.int_author_names"])
def test_a_build_in_which_a_model_fails_is_made_good_by_the_next(
    table: str, warehouse: Settings, assert_made_good: AssertMadeGood
) -> None:
    _execute(warehouse, f"alter table {table} add constraint broken check (false) not valid")
    failed = chhimeki(warehouse, "build")
    _execute(warehouse, f"alter table {table} drop constraint broken")

    assert failed.code == 1
    name = table.rpartition(".")[2]
    (line,) = [line for line in failed.err.splitlines() if line.startswith("✗")]
    assert line.startswith(f"✗ {name}: ")
    assert 'violates check constraint "broken"' in line
    assert failed.out.endswith(" 1 failed\n")
    done = chhimeki(warehouse, "build")
    assert done.code == 0, done
    assert_made_good()


def _execute(warehouse: Settings, statement: str) -> None:
    with psycopg.connect(warehouse.conninfo(), autocommit=True) as connection:
        connection.execute(statement.encode())
