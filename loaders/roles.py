"""The roles that components of the warehouse connect as.

What flows through: nothing; names.
Belongs here: which roles there are, and their names on a server and in the environment. Does not
belong here: what they may do (`privacy.roles`), passwords (`settings`).
"""

from __future__ import annotations

from enum import StrEnum


class Role(StrEnum):
    """Who connects for what; each is a login of its own on the server."""

    LOADER = "loader"
    TRANSFORMER = "transformer"
    VALIDATOR = "validator"
    ANALYST = "analyst"
    STEWARD = "steward"

    @property
    def login(self) -> str:
        """Its name on the server, which other databases share."""
        return f"chhimeki_{self}"

    @property
    def password_variable(self) -> str:
        """The variable that holds its password."""
        return f"CHHIMEKI_{self.upper()}_PASSWORD"
