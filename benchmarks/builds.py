"""What builds cost: the same news on histories of three lengths, and all of it against plain SQL.

What flows through: a request in; three databases whose histories end on the same date, on which the
same batches land and are built one after the other; the report out.
Belongs here: what is compared, goals. Does not belong here: histories and their batches
(`histories`), dbt (`dbt_builds`), plain SQL (`plain`).
"""

from __future__ import annotations

import statistics
from collections.abc import Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field

from benchmarks import dbt_builds, plain
from benchmarks.bulk import BulkPlan
from benchmarks.dbt_builds import MODELS_SECONDS
from benchmarks.harness import SECONDS, Contestant, Goal, Report, Series, Table, alternate, ratio
from benchmarks.histories import History, made
from benchmarks.measuring import SERVER_CPU, Request

EVENTS = 5_000_000
ROUNDS = 3
# The longest history has so many dates, the others a fifth and a twenty-fifth of them; each date,
# and each batch, has as many events as any other.
DAYS = 500
FRACTIONS = (25, 5, 1)
SLOWEST = 15
TESTS_SECONDS = "tests s"
NOTE = (
    "Tests look at whole tables and so cost what the history costs; `chhimeki build` runs them"
    " too. Plain SQL makes the same rows in one statement a table, without keys, indexes,"
    " validation or anything for the next batch; dbt's time is of those tables and what they need."
)


def report(request: Request) -> Report:
    """Measure.

    Args:
        request: The longest history's size, and where.

    Returns:
        The report.
    """
    events, rounds = request.events or EVENTS, request.rounds or ROUNDS
    with ExitStack() as stack:
        histories = [
            made(request, events // fraction, events // DAYS, stack) for fraction in FRACTIONS
        ]
        batches = _measure_batches(histories, rounds)
        # Of full builds the middle history is enough.
        full = _FullBuild(histories[1])
        full.measure(rounds)
    shortest, longest = batches[0], batches[-1]
    return Report(
        name="builds",
        command=request.command,
        data=(
            f"{events // DAYS:,} new events a batch, {BulkPlan.late_share:.0%} of them up to three"
            f" weeks late, on histories of {', '.join(str(DAYS // one) for one in FRACTIONS)} dates"
            " with as many each; the batches are the same bytes. Times are of dbt's whole process."
        ),
        machine=request.machine,
        rounds=rounds,
        tables=[
            Table("A batch, by the history below it", batches),
            Table("A batch: its slowest models, in seconds", _by_model(histories)),
            Table(f"A full build of {histories[1].name}", full.whole),
            Table("A full build, by table", list(full.tables.values())),
        ],
        goals=[
            Goal("a batch, longest history to shortest", 1.3, True, ratio(longest, shortest)),
            *(
                Goal(f"likewise, {what}", 1.3, True, ratio(longest, shortest, what))
                for what in (MODELS_SECONDS, SERVER_CPU)
                if what in longest.figures
            ),
            Goal("a full build to plain SQL", 3, True, ratio(full.whole[1], full.whole[0])),
        ],
        notes=[NOTE],
    )


def _measure_batches(histories: Sequence[History], rounds: int) -> list[Series]:
    series = alternate([Contestant(one.name, one.build_batch) for one in histories], rounds)
    for history, one in zip(histories, series, strict=True):
        # Tests look at all there is, whatever is new: their time is told once, and apart.
        one.add({TESTS_SECONDS: dbt_builds.test(history.server, history.database)[SECONDS]})
    return series


@dataclass
class _FullBuild:
    """All from nothing, both ways, on one history.

    Attributes:
        whole: A series each: plain SQL, dbt.
        tables: A series a table, with both its statements' times.
    """

    history: History
    whole: list[Series] = field(default_factory=list)
    tables: dict[str, Series] = field(
        default_factory=lambda: {one: Series(one) for one in plain.TABLES}
    )

    def measure(self, rounds: int) -> None:
        """Build, in turn, and see that both came to the same rows."""
        contestants = [Contestant("plain SQL", self._plain), Contestant("dbt", self._dbt)]
        self.whole = alternate(contestants, rounds)
        plain.check(self.history.database)

    def _plain(self) -> Mapping[str, float]:
        build = plain.build(self.history.server, self.history.database)
        for table, seconds in build.tables.items():
            self.tables[table].add({"plain SQL s": seconds})
        return build.figures

    def _dbt(self) -> Mapping[str, float]:
        selected = ["--full-refresh", "--select", *(f"+{table}" for table in plain.TABLES)]
        # A folder called as a table is selected with it: that of the typed views.
        selected += ["--exclude", "path:dbt_project/models/events"]
        build = dbt_builds.build(self.history.server, self.history.database, selected)
        for table in plain.TABLES:
            self.tables[table].add({"dbt, that model alone s": build.models[table]})
        return build.figures


def _by_model(histories: Sequence[History]) -> list[Series]:
    longest = histories[-1].models
    slowest = sorted(longest, key=lambda model: -statistics.median(longest[model]))[:SLOWEST]
    return [
        Series(model, {history.name: history.models[model] for history in histories})
        for model in slowest
    ]
