"""What charts have in common when they are drawn: axes, sizes, what a pointer shows.

What flows through: names of columns in, parts of Vega-Lite specifications out.
Belongs here: habits of all pages. Does not belong here: colours, which are the style sheet's, and
any one chart.
"""

from __future__ import annotations

from typing import Any

import altair as alt

from dashboards.model import Drawing

COUNT = ",.0f"
NUMBER = ",.2f"
SHARE = ".0%"
EXACT_SHARE = ".1%"
DATE = "%-d %b %Y"
HEIGHT = 260
POINT = alt.OverlayMarkDef(size=8)
BARS = alt.Step(20, **{"for": "position"})
"""Height of charts that have a bar a row, however many there are."""


def rows(height: int | alt.Step = HEIGHT) -> alt.Chart:
    """Begin a chart over the rows of its answer, as wide as its place on the page.

    Args:
        height: In pixels; of each of its rows, where it is a step.
    """
    return alt.Chart(alt.NamedData("rows"), width="container", height=height)


def by_date(column: str = "date") -> alt.X:
    """Put dates along the bottom.

    Args:
        column: Which.
    """
    return alt.X(f"{column}:T", title=None, axis=alt.Axis(format="%-d %b", grid=False, tickCount=6))


def by_band(column: str) -> alt.X:
    """Put dates along the bottom, a band each, for bars.

    Args:
        column: Which; of weeks it is their Monday.
    """
    axis = alt.Axis(format="%-d %b", grid=False, labelOverlap=True, labelSeparation=8, labelAngle=0)
    return alt.X(f"yearmonthdate({column}):O", title=None, axis=axis)


def amount(column: str, title: str | None = None, form: str = COUNT) -> alt.Y:
    """Put a number up the side.

    Args:
        column: Which, perhaps with an aggregation.
        title: What it is, where the chart does not say.
        form: How numbers are written.
    """
    axis = alt.Axis(format=form, tickCount=5, domain=False, ticks=False)
    return alt.Y(f"{column}:Q", title=title, axis=axis)


def colour(column: str, order: list[str] | None = None) -> alt.Color:
    """Tell series apart.

    Args:
        column: What they are.
        order: Their order; by name unless given (the script sees to it).
    """
    scale = alt.Scale(domain=order) if order else alt.Scale()
    return alt.Color(f"{column}:N", title=None, scale=scale)


def day(column: str = "date", title: str = "date") -> alt.Tooltip:
    """Show a date to the pointer.

    Args:
        column: Which.
        title: What it is.
    """
    return alt.Tooltip(f"{column}:T", title=title, format=DATE)


def told(column: str, title: str, form: str = COUNT) -> alt.Tooltip:
    """Show a number to the pointer.

    Args:
        column: Which, perhaps with an aggregation.
        title: What it is.
        form: How it is written.
    """
    return alt.Tooltip(f"{column}:Q", title=title, format=form)


def specification(drawing: Drawing) -> dict[str, Any]:
    """Spell a drawing as Vega-Lite, without a configuration of its own.

    Args:
        drawing: Which.
    """
    spec: dict[str, Any] = drawing.to_dict()
    return {key: value for key, value in spec.items() if key not in {"$schema", "config"}}
