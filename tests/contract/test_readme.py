"""What the README names exists: commands, make's targets, settings, tables and their columns."""

import re

import click
import pytest
from dbt.contracts.graph.nodes import ModelNode

from loaders.settings import KNOWN_VARIABLES, PROJECT_ROOT
from orchestration.cli import main
from tests.dbt_in_process import DbtInProcess

MAKEFILE = PROJECT_ROOT / "Makefile"


@pytest.fixture(scope="module", params=["README.md", "CONTRIBUTING.md"])
def page(request: pytest.FixtureRequest) -> str:
    return (PROJECT_ROOT / str(request.param)).read_text()


def commands(group: click.Group, before: str = "") -> set[str]:
    """Every command below a group, spelled as it is typed."""
    found = set()
    for name, command in group.commands.items():
        if isinstance(command, click.Group):
            found |= commands(command, f"{before}{name} ")
        else:
            found.add(before + name)
    return found


def test_every_chhimeki_command_named_exists(page: str) -> None:
    known = commands(main)
    named = [span.split() for span in re.findall(r"`chhimeki ([a-z][^`]*)`", page)]
    assert not [words for words in named if not {words[0], " ".join(words[:2])} & known]


def test_every_command_is_explained_in_the_readme() -> None:
    readme = (PROJECT_ROOT / "README.md").read_text()
    assert not [one for one in commands(main) if f"`chhimeki {one}" not in readme]


def test_every_make_target_named_exists(page: str) -> None:
    targets = set(re.findall(r"^([a-z-]+):", MAKEFILE.read_text(), re.MULTILINE))
    named = set(re.findall(r"(?:`|\$ )make ([a-z-]+)", page))
    assert named <= targets


def test_the_settings_listed_are_the_settings_there_are() -> None:
    readme = (PROJECT_ROOT / "README.md").read_text()
    assert set(re.findall(r"\bCHHIMEKI_[A-Z_]+\b", readme)) == set(KNOWN_VARIABLES)


def walked_through(page: str) -> set[str]:
    """Relations whose files the page itself has its reader write."""
    views = re.findall(r"`loaders/catalogue/events/(\w+)\.yml`:$", page, re.MULTILINE)
    marts = re.findall(r"`dbt_project/models/marts/\w+/(\w+)\.sql`:$", page, re.MULTILINE)
    return {f"events.{name}" for name in views} | {f"marts.{name}" for name in marts}


def test_every_relation_named_is_built(page: str, dbt: DbtInProcess) -> None:
    built = {
        f"{node.schema}.{node.name}"
        for node in dbt.manifest.nodes.values()
        if isinstance(node, ModelNode)
    }
    named = set(re.findall(r"(?<![/\w])(?:marts|metrics|events)\.[a-z_]+\b", page))
    assert named <= built | walked_through(page)


def anchors(page: str) -> set[str]:
    """What a link may name in a page: its headings, spelled as hosts of Markdown spell them."""
    headings = re.findall(r"^#+ (.+)$", page, re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", one.lower()).replace(" ", "-") for one in headings}


def test_every_link_inside_the_project_leads_somewhere(page: str) -> None:
    for link in re.findall(r"\]\((?!https?:)([^)]+)\)", page):
        name, _, anchor = link.partition("#")
        file = PROJECT_ROOT / name
        assert not name or file.exists(), link
        assert not anchor or anchor in anchors(file.read_text() if name else page), link
