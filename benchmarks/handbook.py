"""The handbook's questions and pitfalls, as the tests and the benchmark read them.

What flows through: `HANDBOOK.md` in, its entries with their SQL out.
Belongs here: what is an entry. Does not belong here: asking, judging answers.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from loaders.settings import PROJECT_ROOT

PAGE = PROJECT_ROOT / "HANDBOOK.md"
PITFALLS = "Pitfalls"
# A headline of the second or third level, or a block of SQL.
PART = re.compile(r"^(##|###) ([^\n]+)$|^```sql\n(.*?)^```$", re.MULTILINE | re.DOTALL)


@dataclass(frozen=True)
class Entry:
    """One question or pitfall.

    Attributes:
        section: Headline above it.
        title: Its own headline.
        queries: Its SQL: one answer of a question; the wrong and the right one of a pitfall.
    """

    section: str
    title: str
    queries: tuple[str, ...]


def questions() -> list[Entry]:
    """Read what is asked."""
    return [one for one in _entries(PAGE.read_text("utf-8")) if one.section != PITFALLS]


def pitfalls() -> list[Entry]:
    """Read what goes wrong."""
    return [one for one in _entries(PAGE.read_text("utf-8")) if one.section == PITFALLS]


def _entries(page: str) -> Iterator[Entry]:
    section, title, queries = "", "", list[str]()
    for level, headline, query in [*PART.findall(page), ("##", "", "")]:
        if query:
            queries.append(query)
            continue
        if title:
            yield Entry(section, title, tuple(queries))
        section, title = (headline, "") if level == "##" else (section, headline)
        queries = []
