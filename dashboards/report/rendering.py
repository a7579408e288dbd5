"""The report in words: one page of HTML that mail clients show, and the same as plain text.

What flows through: a report in, two texts out. Pure, but for the templates that are read.
Belongs here: how values are written, and what is said of them. Does not belong here: what is large
or stands out (`movements`).
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from jinja2 import Environment, PackageLoader, StrictUndefined, select_autoescape

from dashboards.report.model import Effect, Form, Headline, Movement, Number, Report
from dashboards.report.movements import CAUSES, MOVES, UNUSUAL

NOTHING = "not known"
NO_CAUSE = "No country, platform or kind of content stands out as its cause."
TOO_LARGE = 1e15


@dataclass(frozen=True)
class Pages:
    """A report, written.

    Attributes:
        title: What it is, in a line without anything of the data.
        html: A whole page.
        text: The same for who reads no HTML.
    """

    title: str
    html: str
    text: str


def render_report(report: Report) -> Pages:
    """Write a report.

    Args:
        report: Which.
    """
    title = f"Week of {day(report.week)}"
    told = {"report": report, "title": title, "rules": (MOVES, CAUSES), "calm": _calm(report)}
    html, text = (
        ENVIRONMENT.get_template(f"report.{kind}.j2").render(told) for kind in ("html", "txt")
    )
    return Pages(title, html, text)


def _calm(report: Report) -> str | None:
    """Say why there is nothing to compare; none where there is."""
    if report.comparable:
        return None
    if report.first_date is None:
        return "Nothing has happened yet: there is no event in the warehouse."
    return (
        "There is nothing to compare yet: a week is held against a whole week before it, and the"
        f" first event is of {day(report.first_date)}."
    )


def written(value: float | None, number: Number) -> str:
    """Write a number.

    Args:
        value: None where it cannot be told.
        number: What it is.
    """
    if value is None:
        return NOTHING
    if abs(value) >= TOO_LARGE:
        return f"{value:.1e}"
    match number.form:
        case Form.SHARE:
            return f"{100 * value:.1f} %"
        case Form.MILLISECONDS:
            return f"{value:,.0f} ms"
        case Form.RATE:
            return f"{value:,.2f}"
        case Form.COUNT:
            return f"{value:,.0f}" if value == round(value) else f"{value:,.1f}"


def changed(now: float | None, before: float | None, number: Number) -> str:
    """Write how a number changed: in percent, a share in points.

    Args:
        now: The later value.
        before: The earlier one.
        number: What it is.
    """
    if now is None or before is None:
        return NOTHING
    if number.form is Form.SHARE:
        return f"{_signed(100 * (now - before), 1)} points"
    if not before:
        return "as before" if not now else "from none"
    return f"{_signed(100 * (now / before - 1))} %"


def _signed(value: float, places: int = 0) -> str:
    # The sign of what is shown: -0.2 shown without places is no minus.
    shown = round(value, places)
    return f"{abs(shown):,.{places}f}" if not shown else f"{shown:+,.{places}f}"


def moved(movement: Movement) -> str:
    """Say how a number moved.

    Args:
        movement: Which.
    """
    now, before = movement.now, movement.before
    way = "rose" if now > before else "fell"
    number = movement.number
    by = f" ({changed(now, before, number)})" if before else ""
    return f"{way} from {written(before, number)} to {written(now, number)}{by}"


def strength(movement: Movement) -> str:
    """Say how unusual that is.

    Args:
        movement: Which.
    """
    times = f"{movement.strength:,.1f} times the usual change"
    return times if movement.strength >= UNUSUAL else f"ordinary: {times}"


def cause(movement: Movement) -> list[str]:
    """Say what a movement comes from, a sentence a slice.

    Args:
        movement: Which.
    """
    number = movement.number
    told = "Likely cause" if movement.strength >= UNUSUAL else "Most of it"
    return [
        f"{told}: {one.dimension} {one.slice}, {100 * one.share:.0f} % of the change"
        f" ({written(one.before, number)} to {written(one.now, number)})"
        for one in movement.causes
    ] or [NO_CAUSE]


def effect(one: Effect) -> str:
    """Say what a variant did.

    Args:
        one: Its effect.
    """
    if one.lift is None:
        return "no lift can be told"
    lift = f"{_signed(100 * one.lift, 1)} %"
    if one.low is None or one.high is None:
        return lift
    return f"{lift} (95 % interval {_signed(100 * one.low, 1)} to {_signed(100 * one.high, 1)} %)"


def compared(line: Headline) -> tuple[str, str, str, str]:
    """Write a headline: now, before, the change, the mean of four weeks.

    Args:
        line: Which.
    """
    number = line.number
    return (
        written(line.now, number),
        written(line.before, number),
        changed(line.now, line.before, number),
        written(line.mean, number),
    )


def day(one: date) -> str:
    """Write a date.

    Args:
        one: Which.
    """
    return f"{one:%-d %B %Y}"


ENVIRONMENT = Environment(
    loader=PackageLoader("dashboards.report"),
    autoescape=select_autoescape(["html.j2"]),
    undefined=StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
)
ENVIRONMENT.filters |= {
    "cause": cause,
    "compared": compared,
    "day": day,
    "effect": effect,
    "moved": moved,
    "strength": strength,
}
