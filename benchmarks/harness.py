"""Rounds, medians, ratios, and how they are told.

What flows through: contestants in; series of figures, goals and one `Report` out, as JSON and as
Markdown tables.
Belongs here: statistics and their spelling; pure, but for calling the contestants and writing the
report. Does not belong here: what is measured, and the machine (`machine`).
"""

from __future__ import annotations

import json
import math
import statistics
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path

SECONDS = "seconds"
Figures = Mapping[str, float]


@dataclass(frozen=True)
class Contestant:
    """Something that can be measured.

    Attributes:
        name: As the table says it.
        measure: Runs it once, with whatever has to be ready made ready outside of what is measured.
    """

    name: str
    measure: Callable[[], Figures]


@dataclass
class Series:
    """What was measured of one contestant.

    Attributes:
        name: The contestant.
        figures: Values by what they are (with their unit in the name), one a round.
    """

    name: str
    figures: dict[str, list[float]] = field(default_factory=dict)

    def add(self, figures: Figures) -> None:
        """Add a round."""
        for what, value in figures.items():
            self.figures.setdefault(what, []).append(value)

    def median(self, what: str = SECONDS) -> float:
        """Give the value in the middle."""
        return statistics.median(self.figures[what])


@dataclass(frozen=True)
class Goal:
    """A number that was promised, and what came of it.

    Attributes:
        what: The number, in words.
        bound: What was promised.
        at_most: Whether the bound is the largest allowed value, else the smallest.
        value: What was measured; None where it could not be.
    """

    what: str
    bound: float
    at_most: bool
    value: float | None

    @property
    def met(self) -> bool | None:
        """Whether the promise holds; None where nothing was measured."""
        if self.value is None:
            return None
        return self.value <= self.bound if self.at_most else self.value >= self.bound


@dataclass(frozen=True)
class Table:
    """Series that are compared with each other.

    Attributes:
        title: What is compared.
        rows: One series a row; the first figure of a row is told with its spread.
    """

    title: str
    rows: Sequence[Series]


@dataclass(frozen=True)
class Report:
    """One benchmark's outcome.

    Attributes:
        name: Its module.
        command: What was typed.
        data: What was measured on, in words.
        machine: What on, by fact.
        rounds: How often.
        tables: The numbers.
        goals: The promises.
        notes: What a reader has to know to read the numbers rightly.
    """

    name: str
    command: str
    data: str
    machine: Mapping[str, str]
    rounds: int
    tables: Sequence[Table]
    goals: Sequence[Goal] = ()
    notes: Sequence[str] = ()


def alternate(contestants: Sequence[Contestant], rounds: int) -> list[Series]:
    """Measure in turn, so that a slow minute of the machine meets all of them.

    Args:
        contestants: Who.
        rounds: How often each; every other round goes backwards.

    Returns:
        A series each, in the order given.
    """
    series = [Series(one.name) for one in contestants]
    pairs = list(zip(contestants, series, strict=True))
    for number in range(rounds):
        for contestant, one in reversed(pairs) if number % 2 else pairs:
            one.add(contestant.measure())
    return series


def ratio(above: Series, below: Series, what: str = SECONDS) -> float:
    """Compare two contestants round by round.

    Args:
        above: Goes above the line.
        below: Goes below.
        what: The figure compared.

    Returns:
        The median of the rounds' ratios: what slows a whole round does not change it.
    """
    rounds = zip(above.figures[what], below.figures[what], strict=True)
    return statistics.median(one / other for one, other in rounds)


def as_json(report: Report) -> str:
    """Spell a report for machines: every round's every figure.

    Args:
        report: The outcome.
    """
    goals = [asdict(goal) | {"met": goal.met} for goal in report.goals]
    return json.dumps(asdict(report) | {"goals": goals}, indent=2, ensure_ascii=False) + "\n"


def as_markdown(report: Report) -> str:
    """Spell a report for people.

    Args:
        report: The outcome.

    Returns:
        Markdown without a headline.
    """
    facts = "; ".join(f"{name}: {value}" for name, value in report.machine.items())
    parts = [
        f"`{report.command}`; rounds: {report.rounds}. {report.data}",
        *(f"**{table.title}**\n\n{_table(table.rows)}" for table in report.tables),
        *([_goals(report.goals)] if report.goals else []),
        *report.notes,
        f"Measured on: {facts}.",
    ]
    return "\n\n".join(parts) + "\n"


def put_between_markers(page: str, name: str, text: str) -> str:
    """Replace what a page shows of one benchmark.

    Args:
        page: Markdown with `<!-- name -->` and `<!-- end name -->` on lines of their own.
        name: The benchmark.
        text: What to show.

    Returns:
        The page.
    """
    begin, end = f"<!-- {name} -->\n", f"<!-- end {name} -->"
    before, _, rest = page.partition(begin)
    _, _, after = rest.partition(end)
    return f"{before}{begin}\n{text}\n{end}{after}"


def publish(report: Report, results: Path, page: Path) -> None:
    """Write a report where readers find it.

    Args:
        report: The outcome.
        results: Folder of the JSON files.
        page: Markdown page with the benchmark's markers.
    """
    results.mkdir(exist_ok=True)
    (results / f"{report.name}.json").write_text(as_json(report), encoding="utf-8")
    text = put_between_markers(page.read_text(encoding="utf-8"), report.name, as_markdown(report))
    page.write_text(text, encoding="utf-8")


def number(value: float) -> str:
    """Spell a number with the three digits that count, and no more than three after the point."""
    before_point = math.floor(math.log10(abs(value))) + 1 if value else 1
    return f"{value:,.{min(3, max(0, 3 - before_point))}f}"


def _table(rows: Sequence[Series]) -> str:
    columns = list(dict.fromkeys(what for row in rows for what in row.figures))
    return _markdown(
        ["", *columns],
        ([row.name, *(_cell(row, what, what == columns[0]) for what in columns)] for row in rows),
    )


def _cell(row: Series, what: str, with_spread: bool) -> str:
    values = row.figures.get(what)
    if not values:
        return ""
    middle = number(statistics.median(values))
    if not with_spread or len(values) == 1:
        return middle
    return f"{middle} ({number(min(values))} to {number(max(values))})"


def _goals(goals: Iterable[Goal]) -> str:
    met = {True: "yes", False: "**no**", None: "not measured"}
    return _markdown(
        ["goal", "promised", "measured", "met"],
        (
            [
                goal.what,
                f"{'≤' if goal.at_most else '≥'} {number(goal.bound)}",
                "" if goal.value is None else number(goal.value),
                met[goal.met],
            ]
            for goal in goals
        ),
    )


def _markdown(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    lines = [head, ["---", *["--:"] * (len(head) - 1)], *rows]
    return "\n".join(f"| {' | '.join(cells)} |" for cells in lines)
