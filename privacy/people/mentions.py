"""Mentions: how a name is told from a text that merely contains its letters.

What flows through: names in, one regular expression out, the same for Python and PostgreSQL.
Belongs here: where a name begins and ends, and how it is written in JSON and in bytes.
Does not belong here: whose names they are (`person`), which rows have them (`holdings`).
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable

from loaders.records.erased import SHORTEST_WORD, TOKEN, Replace

# Not inside a longer word, and dots, hyphens and the like between letters make it longer.
_BEFORE = r"(?<![[:alnum:]_])(?<![[:alnum:]_][.@+-])"
_AFTER = r"(?![[:alnum:]_])(?![.@+-][[:alnum:]_])"


def pattern(names: Iterable[str]) -> str:
    """Spell "mentions one of these" as a regular expression of PostgreSQL, for `~*`.

    Args:
        names: At least one name.
    """
    named = tuple(names)
    words = [_quoted(name) for name in named if len(name) >= SHORTEST_WORD]
    wholes = [_quoted(name) for name in named if len(name) < SHORTEST_WORD]
    inside = [f"{_BEFORE}(?:{'|'.join(words)}){_AFTER}"] if words else []
    return "|".join([*inside, *(f"^{one}$" for one in wholes)])


def spellings(names: Iterable[str]) -> tuple[str, ...]:
    """Give names as they stand in JSON texts too, where some characters are escaped."""
    return tuple(
        dict.fromkeys(
            one
            for name in names
            for one in (name, json.dumps(name)[1:-1], json.dumps(name, ensure_ascii=False)[1:-1])
        )
    )


def in_bytes(text: str) -> str:
    """Spell a text as PostgreSQL's `encode(…, 'escape')` does its bytes."""
    return "".join(
        character.replace("\\", "\\\\") if "\0" < character < "\x80" else f"\\{ord(character):03o}"
        for character in text.encode().decode("latin-1")
    )


def replacing(names: Iterable[str]) -> Replace:
    """Make what puts the token where a text mentions one of these; the twin of `pattern`.

    Args:
        names: At least one name.
    """
    spelled = pattern(names).replace("[[:alnum:]_]", r"\w")
    mentioned = re.compile(spelled, re.IGNORECASE)
    return lambda text: mentioned.sub(TOKEN, text)


def _quoted(name: str) -> str:
    return re.sub(r"([^\w\s])", r"\\\1", name)
