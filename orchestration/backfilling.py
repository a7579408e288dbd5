"""Requests to make anew whatever events of some dates are part of.

What flows through: two dates in, one row of `intermediate.backfills` out, which the next build
follows; one that dies leaves it to the one after.
Belongs here: asking. Does not belong here: which rows that touches (the model
`int_events_restated` begins it), building.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

import psycopg

from loaders.errors import ChhimekiError
from loaders.settings import Settings

REQUEST = """
    insert into intermediate.backfills (from_date, to_date, after_build_id)
    select %s, %s, max(build_id)
    from intermediate.builds
    having max(build_id) is not null
    returning backfill_id
"""
NOT_BUILT = "Nothing has been built that could be backfilled; `chhimeki build` builds all there is."


class BackfillError(ChhimekiError):
    """Dates that cannot be backfilled."""


@dataclass(frozen=True)
class Dates:
    """A range of event dates.

    Attributes:
        first: The first date, in the reporting time zone.
        last: The last one, itself included.

    Raises:
        BackfillError: The last lies before the first.
    """

    first: date
    last: date

    def __post_init__(self) -> None:
        """Refuse an empty range."""
        if self.last < self.first:
            raise BackfillError(f"{self.last} lies before {self.first}; name the earlier first.")

    def __str__(self) -> str:
        """Name both ends."""
        return f"{self.first} to {self.last}"


def request_backfill(settings: Settings, dates: Dates) -> None:
    """Have the next build make anew what events of these dates are part of.

    Args:
        settings: The warehouse, up.
        dates: Which dates.

    Raises:
        BackfillError: There has been no build.
    """
    with psycopg.connect(settings.conninfo()) as connection:
        try:
            requested = connection.execute(REQUEST, [dates.first, dates.last]).fetchone()
        except psycopg.errors.UndefinedTable as error:
            raise BackfillError(NOT_BUILT) from error
    if not requested:
        raise BackfillError(NOT_BUILT)
