"""Rows of a load of which direct identifiers are not to be read where they are stored.

What flows through: a verdict in, one row out, in which a user's identifiers are tokens and an
event's address is a network.
Belongs here: what becomes of a verdict. Does not belong here: tokens (`sealing`), the format of a
row (`rows`).
"""

from __future__ import annotations

import dataclasses

import msgspec

from loaders.loads import Load
from loaders.records.addresses import without_host
from loaders.records.rows import RowWriter
from loaders.records.sealing import Sealer
from loaders.records.validation import Entity, Event, JsonText


class SealedRowWriter(RowWriter):
    """Writes the rows of one load, sealed."""

    def __init__(self, load: Load, sealer: Sealer) -> None:
        """Take the keys.

        Args:
            load: The load.
            sealer: Seals users.
        """
        super().__init__(load)
        self._sealer = sealer

    def event(self, number: int, event: Event) -> bytes:
        """Write a row of raw.events, its addresses cut.

        Args:
            number: Its record number.
            event: The event.
        """
        cut = msgspec.structs.replace(
            event,
            data=msgspec.Raw(without_host(bytes(event.data))),
            metadata=msgspec.Raw(without_host(bytes(event.metadata))),
            other=JsonText(without_host(bytes(event.other))),
        )
        return super().event(number, cut)

    def entity(self, number: int, entity: Entity) -> bytes:
        """Write a row of raw.entities, a user's identifiers sealed.

        Args:
            number: Its record number.
            entity: The entity.
        """
        if entity.entity_type == "user":
            sealed = msgspec.Raw(self._sealer.seal_user(bytes(entity.data)))
            entity = dataclasses.replace(entity, data=sealed)
        return super().entity(number, entity)


def row_writer(load: Load, sealer: Sealer | None) -> RowWriter:
    """Give what writes the rows of a load.

    Args:
        load: The load.
        sealer: Seals them; none leaves them as they come.
    """
    return SealedRowWriter(load, sealer) if sealer else RowWriter(load)
