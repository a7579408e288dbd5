"""The errors a user may meet, each one clear line.

What flows through: a sentence saying what went wrong and, at its end, what to do next. The command
line prints it as it stands; a traceback is shown only with `CHHIMEKI_DEBUG`.
Belongs here: one class per part of the project that can fail because of its surroundings.
Does not belong here: programming errors, which stay ordinary Python exceptions.
"""

from __future__ import annotations


class ChhimekiError(Exception):
    """Something outside the program is wrong; the message is one line ending with what to do."""

    def __init__(self, message: str) -> None:
        """Keep the message on one line, whatever the library it quotes put into it.

        Args:
            message: What went wrong and what to do next.
        """
        super().__init__(" ".join(message.split()))


class SettingsError(ChhimekiError):
    """An environment variable is unknown or holds a value that cannot be used."""


class ServerError(ChhimekiError):
    """The PostgreSQL server cannot be started, stopped or reached."""


class CatalogueError(ChhimekiError):
    """A file of the event catalogue is wrong."""


class LoadError(ChhimekiError):
    """A file cannot be read or landed."""
