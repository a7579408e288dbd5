"""The catalogue's YAML as documents whose every key is asked for, once.

What flows through: a file's text in, `Mapping`s that know where they stand out. A key that nobody
asked for is an error, and so is a key written twice, which YAML itself lets pass.
Belongs here: reading keys by type, and the wording of what is wrong with one.
Does not belong here: which keys the catalogue has (`parsing`).
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any, TypeVar

import yaml

from loaders.errors import CatalogueError

Value = TypeVar("Value")
Choice = TypeVar("Choice", bound=str)


class _StrictLoader(yaml.SafeLoader):
    """Refuses a mapping that holds a key twice."""

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Any, Any]:
        names = [key.value for key, _ in node.value]
        twice = sorted({name for name in names if names.count(name) > 1})
        if twice:
            raise yaml.YAMLError(f"the key {twice[0]} is there twice, {node.start_mark}")
        return super().construct_mapping(node, deep)


class Document:
    """One mapping of a catalogue file; remembers which of its keys were read.

    Attributes:
        file: File name, for messages.
        place: Path of the mapping within the file, for messages; empty for the whole file.
    """

    def __init__(self, content: object, file: str, place: str = "") -> None:
        """Take a mapping.

        Args:
            content: What YAML made of it.
            file: File name, for messages.
            place: Path of the mapping within the file.

        Raises:
            CatalogueError: It is no mapping with text keys.
        """
        self.file = file
        self.place = place
        if not isinstance(content, dict) or not all(isinstance(key, str) for key in content):
            raise self.error("", "is not a mapping of names; write `key: value` lines")
        self._content = content
        self._unread = set(content)

    def __contains__(self, key: str) -> bool:
        return key in self._content

    def __iter__(self) -> Iterator[str]:
        """The keys, in the order of the file."""
        return iter(self._content)

    def take(self, key: str, kind: type[Value], default: Value | None = None) -> Value:
        """Read one key.

        Args:
            key: Its name.
            kind: The Python type its value must have, exactly (a boolean is no number).
            default: Its value where it is absent; without one it must be there.

        Returns:
            The value.

        Raises:
            CatalogueError: It is absent, of another type, or an empty text.
        """
        self._unread.discard(key)
        if key not in self._content and default is not None:
            return default
        value = self._content.get(key)
        if type(value) is not kind or value == "":
            raise self.error(key, f"must be there and be a {kind.__name__}; add or correct it")
        return value

    def take_choice(self, key: str, choices: tuple[Choice, ...]) -> Choice:
        """Read one key that has few values.

        Args:
            key: Its name.
            choices: The values.

        Returns:
            The value.

        Raises:
            CatalogueError: It is none of them.
        """
        value = self.take(key, str)
        for choice in choices:
            if value == choice:
                return choice
        raise self.error(key, f"is {value!r}; use one of {', '.join(choices)}")

    def take_number(self, key: str) -> int | float | None:
        """Read one key that is a number where it is there.

        Args:
            key: Its name.

        Returns:
            The number, or None.

        Raises:
            CatalogueError: It is something else.
        """
        if key not in self._content:
            return None
        if type(self._content[key]) is float:
            return self.take(key, float)
        return self.take(key, int)

    def take_texts(self, key: str) -> tuple[str, ...]:
        """Read one key that is a list of texts, empty where it is absent.

        Args:
            key: Its name.

        Returns:
            The texts.

        Raises:
            CatalogueError: It is something else, empty, or says a thing twice.
        """
        if key not in self._content:
            return ()
        texts = self.take(key, list)
        if not texts or not all(type(one) is str and one for one in texts):
            raise self.error(key, "must be a list of texts; quote what YAML reads as another type")
        if len(set(texts)) < len(texts):
            raise self.error(key, "says one thing twice; remove one")
        return tuple(texts)

    def take_document(self, key: str) -> Document:
        """Read one key that is a mapping.

        Args:
            key: Its name.

        Returns:
            The mapping, to be read in turn.

        Raises:
            CatalogueError: It is something else.
        """
        self._unread.discard(key)
        return Document(self._content.get(key), self.file, self._path(key))

    def done(self) -> None:
        """Say that every key the catalogue knows was read.

        Raises:
            CatalogueError: There is another.
        """
        for key in self._content:
            if key in self._unread:
                raise self.error(key, "is not a key of the catalogue; remove or correct it")

    def error(self, key: str, problem: str) -> CatalogueError:
        """Word an error.

        Args:
            key: The key it is about; empty for the mapping itself.
            problem: What is wrong and what to do next.

        Returns:
            The error, to be raised.
        """
        path = self._path(key) if key else self.place
        return CatalogueError(f"{self.file}: {path or 'the file'} {problem}.")

    def _path(self, key: str) -> str:
        return f"{self.place}.{key}" if self.place else key


def read_document(path: Path) -> Document:
    """Read one file of the catalogue.

    Args:
        path: The file, YAML in UTF-8.

    Returns:
        Its outermost mapping.

    Raises:
        CatalogueError: It cannot be read, is not YAML, holds a key twice, or is no mapping.
    """
    try:
        content = yaml.load(path.read_text("utf-8"), _StrictLoader)  # noqa: S506 a safe loader
    except (OSError, UnicodeDecodeError, yaml.YAMLError) as error:
        raise CatalogueError(f"{path.name}: {error}; correct the file.") from error
    return Document(content, path.name)
