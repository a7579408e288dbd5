"""Pages and answers in, HTML out.

What flows through: declarations and rows in; texts of files out, by name. Pure, but for the
templates that are read.
Belongs here: how a page is put together. Does not belong here: asking (`queries`), files (`site`).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined

from dashboards.drawing import specification
from dashboards.model import Answer, Chart, Edition, Page

Answers = Mapping[str, Answer]

ENVIRONMENT = Environment(
    loader=PackageLoader("dashboards"),
    autoescape=True,
    undefined=StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
)


def file_of(page: Page, pages: Sequence[Page]) -> str:
    """Name the file of a page; the first one opens the site.

    Args:
        page: Which.
        pages: All.
    """
    return "index.html" if page == pages[0] else f"{page.name}.html"


def render(
    pages: Sequence[Page], answers: Mapping[str, Answers], edition: Edition
) -> dict[str, str]:
    """Write all pages.

    Args:
        pages: In the order of the navigation.
        answers: By page and query.
        edition: What all pages say.

    Returns:
        HTML by name of the file.
    """
    template = ENVIRONMENT.get_template("page.html.j2")
    links = [(file_of(page, pages), page) for page in pages]
    return {
        name: template.render(
            page=page,
            links=links,
            edition=edition,
            answers=answers[page.name],
            charts=[(chart, _told(chart)) for chart in page.charts],
            rows={name: _columnar(answer) for name, answer in answers[page.name].items()},
            dimensions=_dimensions(answers[page.name].values()),
        )
        for name, page in links
    }


def _told(chart: Chart) -> dict[str, Any]:
    """What the script has to know of a chart."""
    return {
        "query": chart.query,
        "spec": specification(chart.drawing) if chart.drawing else None,
        "choice": chart.choice,
        "headlines": [
            {"label": one.label, "column": one.column, "per": one.per, "unit": one.unit}
            for one in chart.headlines
        ],
    }


def _columnar(answer: Answer) -> dict[str, Any]:
    """Rows for the script, by column, which is half as long."""
    columns = list(zip(*answer.rows, strict=True)) or [() for _ in answer.columns]
    return {"date": answer.date_column, "names": answer.columns, "columns": columns}


def _dimensions(answers: Iterable[Answer]) -> dict[str, list[str]]:
    """What the filters of a page offer: every value that any of its answers has."""
    found: dict[str, set[str]] = {"platform": set(), "country": set()}
    for answer in answers:
        for name in found.keys() & set(answer.columns):
            place = answer.columns.index(name)
            found[name] |= {str(row[place]) for row in answer.rows}
    return {name: sorted(values) for name, values in found.items()}
