"""Two builds at once: one waits, whatever becomes of the other, and all is well in the end."""

from contextlib import ExitStack

from loaders.settings import Settings
from tests.faults.commands import (
    BEFORE_A_WATERMARK,
    KILLED,
    WAITING_TO_BUILD,
    Child,
    count,
    ended,
    halted,
    started,
    wait_until,
)
from tests.faults.conftest import AssertMadeGood

WAITS = "Another build is running; waiting for it."


def _one_waits(warehouse: Settings, *builds: Child) -> None:
    def has_come() -> bool:
        return count(warehouse, WAITING_TO_BUILD) == 1

    wait_until(lambda: has_come() or all(build.poll() is not None for build in builds))
    assert has_come(), "neither build waited"


def test_of_two_builds_started_at_once_one_waits_and_both_end_well(
    warehouse: Settings, assert_made_good: AssertMadeGood
) -> None:
    with started(warehouse, "build") as one, started(warehouse, "build") as other:
        _one_waits(warehouse, one, other)
        both = [ended(one), ended(other)]
    assert [each.code for each in both] == [0, 0], both
    assert sorted(WAITS in each.err for each in both) == [False, True]
    assert_made_good()


def test_where_the_first_of_two_builds_is_killed_the_second_makes_it_good(
    warehouse: Settings, assert_made_good: AssertMadeGood
) -> None:
    with ExitStack() as stack:
        with halted(warehouse, BEFORE_A_WATERMARK, "build") as first:
            second = stack.enter_context(started(warehouse, "build"))
            _one_waits(warehouse, second)
            KILLED.strike(warehouse, first)
        done = ended(second)
    assert done.code == 0, done
    assert_made_good()
