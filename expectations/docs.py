"""Data Docs: what a pass over the suites found, as a static site.

What flows through: judgements in, a folder of pages out: an index, and a page a suite with our
rules and the sections that Great Expectations renders of its results. Its own page frame loads
scripts, fonts and images from half a dozen hosts; ours (`pages/`) loads nothing, and its content
policy keeps the browser from doing so.
Belongs here: pages. Does not belong here: judging (`validation`). Pages hold what judgements hold,
so no failing value and no password.
"""

from __future__ import annotations

import shutil
import tempfile
from collections import Counter
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from pathlib import Path

from great_expectations.render.renderer.page_renderer import ValidationResultsPageRenderer
from great_expectations.render.view.view import DefaultJinjaPageView

from expectations.rules import Severity
from expectations.validation import Judgement

TEMPLATES = Path(__file__).parent / "pages"
INDEX = "index.html"


def build(judgements: Iterable[Judgement], folder: Path) -> Path:
    """Write the site anew.

    Args:
        judgements: What a pass found.
        folder: Where to; what it held before is replaced once the new pages are whole.

    Returns:
        The index page.
    """
    pages = _pages(list(judgements))
    folder.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=folder.parent, prefix=f".{folder.name}-") as aside:
        site = Path(aside) / "site"
        for name, page in pages.items():
            path = site / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(page, encoding="utf-8")
        shutil.rmtree(folder, ignore_errors=True)
        site.rename(folder)
    return folder / INDEX


def _pages(judgements: Sequence[Judgement]) -> dict[str, str]:
    templates = DefaultJinjaPageView(custom_views_directory=TEMPLATES).env
    failed = Counter(
        outcome.rule.severity
        for one in judgements
        for outcome in one.outcomes
        if not outcome.passed
    )
    judged_at = f"{datetime.now(UTC):%Y-%m-%d %H:%M}"
    index = templates.get_template("index.j2").render(
        judgements=judgements,
        judged_at=judged_at,
        rules=sum(len(one.outcomes) for one in judgements),
        critical=failed[Severity.CRITICAL],
        warnings=failed[Severity.WARNING],
    )
    suite = templates.get_template("suite.j2")
    return {INDEX: index} | {
        one.suite.page: suite.render(judgement=one, judged_at=judged_at, sections=_sections(one))
        for one in judgements
    }


def _sections(judgement: Judgement) -> list[object]:
    if judgement.results is None:
        return []
    document = ValidationResultsPageRenderer().render(judgement.results).to_json_dict()
    # The first is an overview with links to pages that this site does not have.
    sections: list[object] = document["sections"][1:]
    return sections
