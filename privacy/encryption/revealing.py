"""The identifiers of one person in the clear, for who may see them.

What flows through: a user's id in; an entry of the audit log, then username and e-mail, out.
Belongs here: reading them. Does not belong here: who may (`roles`).
"""

from __future__ import annotations

from typing import Any

from psycopg import Connection

from loaders.errors import ChhimekiError
from loaders.records.sealing import IDENTIFIERS, Sealer, opened
from privacy import audit

CURRENT = """
    select data
    from raw.entities
    inner join raw.loads using (load_id)
    where entity_type = 'user' and entity_id = %s
    order by updated_at desc, landing_order desc, record_number desc
    limit 1
"""


class RevealError(ChhimekiError):
    """There is nothing to reveal."""


def reveal(connection: Connection[Any], user_ref: str, sealer: Sealer | None) -> dict[str, str]:
    """Tell the current identifiers of a user; that it was asked is recorded first.

    Args:
        connection: Autocommit, of a role that may read `raw.entities` and record.
        user_ref: Id of the user in the source.
        sealer: Opens what is sealed; none where there are no keys.

    Returns:
        The identifiers that the user has, by name.

    Raises:
        RevealError: No user entity has this id.
        SettingsError: It is sealed, and no key opens it.
    """
    audit.record(connection, "reveal", person=user_ref)
    row = connection.execute(CURRENT, [user_ref]).fetchone()
    if row is None:
        raise RevealError("No user entity has this id; look it up in marts.users.user_ref.")
    held = {name: row[0][name] for name in IDENTIFIERS if row[0].get(name)}
    return {name: opened(value, sealer) for name, value in held.items()}
