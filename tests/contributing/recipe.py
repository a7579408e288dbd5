"""Sections of a Markdown page as recipes: what a reader writes and types, in order.

What flows through: the page in; files, edits and commands out, for a copy of the project. A fenced
block is a new file, named by the line above it (`path`:), an edit of one that exists (`diff`), or
commands (`console`). Belongs here: reading blocks and writing files. Does not belong here: what
CONTRIBUTING says, or running any command.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

BLOCK = re.compile(
    r"(?P<above>[^\n]*)\n\n(?P<indent> *)```(?P<language>\w+)\n(?P<body>.*?)\n(?P=indent)```$",
    re.DOTALL | re.MULTILINE,
)
PATH = re.compile(r"`([^`]+)`:$")


@dataclass(frozen=True)
class Block:
    """One fenced block.

    Attributes:
        language: what stands beside its fence.
        body: its lines, without the indentation of a list around it.
        path: the file that the line above it names; empty where it names none.
    """

    language: str
    body: str
    path: str

    @property
    def commands(self) -> list[str]:
        """What is typed, without comments."""
        typed = [line for line in self.body.splitlines() if line.startswith("$ ")]
        return [line.removeprefix("$ ").partition("  #")[0] for line in typed]

    def write(self, root: Path) -> None:
        """Write the file, or the edit.

        Raises:
            AssertionError: no file is named, one to be new exists, or one to be edited has not
                exactly one place that looks as the edit shows it.
        """
        assert self.path, f"no file is named above:\n{self.body}"
        file = root / self.path
        if self.language == "diff":
            file.write_text(_edited(file.read_text(), self.body, self.path))
        else:
            assert not file.exists(), f"{self.path} exists"
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text(self.body + "\n")


def section(page: str, title: str) -> list[Block]:
    """The blocks below a heading, up to the next heading."""
    _, found, rest = f"\n{page}".partition(f"\n### {title}\n")
    assert found, f"no section {title}"
    text = re.split(r"^##+ ", rest, maxsplit=1, flags=re.MULTILINE)[0]
    blocks = [_block(match) for match in BLOCK.finditer(text)]
    assert 2 * len(blocks) == text.count("```"), f"{title}: leave a blank line above each block"
    return blocks


def _block(match: re.Match[str]) -> Block:
    named = PATH.search(match["above"])
    lines = [line.removeprefix(match["indent"]) for line in match["body"].splitlines()]
    return Block(match["language"], "\n".join(lines), named[1] if named else "")


def _edited(text: str, diff: str, path: str) -> str:
    for hunk in diff.split("\n@@\n"):
        lines = [(line[:1], line[1:]) for line in hunk.splitlines()]
        before = "".join(f"{line}\n" for mark, line in lines if mark == " ")
        after = "".join(f"{line}\n" for _, line in lines)
        assert text.count(before) == 1, f"{path} has {text.count(before)} places like\n{before}"
        text = text.replace(before, after)
    return text
