"""A person as the warehouse knows them: every id, name, address and key they go by.

What flows through: what somebody typed in, one `Person` out.
Belongs here: finding a person, and which names are theirs alone. Does not belong here: the rows
they are in (`holdings`).
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import psycopg

from loaders.errors import ChhimekiError
from loaders.records.sealing import Sealer, opened

Connection = psycopg.Connection[Any]

# The key of a user as the dbt macro `source_uuid` makes it.
_KEY = """
    case
        when length({id}) = 36 and {id} ~* '^[0-9a-f]{{8}}(-[0-9a-f]{{4}}){{3}}-[0-9a-f]{{12}}$'
            then {id}::uuid
        else md5('{kind}:' || {id})::uuid
    end
"""
_USER_KEY = _KEY.format(id="user_ref", kind="user")
_REFS = f"""
    with known as (
        select user_id as user_ref from raw.events where user_id is not null
        union
        select entity_id from raw.entities where entity_type = 'user'
    )
    select distinct user_ref from known
    where user_ref = %(user)s or {_USER_KEY} = %(key)s
    order by user_ref
"""  # noqa: S608 - put together from this module's own constants
_REFS_IN_MARTS = "select user_ref from marts.users where user_ref = %(user)s or id = %(key)s"
_BORNE = """
    select distinct value
    from raw.entities
    cross join unnest(array[data -> 'username', data -> 'email']) as value
    where entity_type = 'user' and entity_id = any(%s) and value <> 'null'
"""
# A name that another user bears too says nothing of this one. Of sealed e-mail addresses nobody
# can tell.
_OTHERS_BEAR = """
    select name
    from unnest(%s::text[]) as names (name)
    where exists (
        select
        from raw.entities
        where
            entity_type = 'user'
            and entity_id <> all(%s)
            and (
                name in (data ->> 'username', data ->> 'email')
                or data -> 'username' ->> 'md5' = md5(name)
            )
    )
"""
# Sessions in which nobody else is known: what happened in them before a login is theirs.
_SESSIONS = f"""
    select session_id, {_KEY.format(id="session_id", kind="session")} as session_key
    from raw.events
    where session_id in (select session_id from raw.events where user_id = any(%(refs)s))
    group by session_id
    having bool_and(user_id is null or user_id = any(%(refs)s))
"""  # noqa: S608 - put together from this module's own constants


class UnknownPersonError(ChhimekiError):
    """Nothing is held on such a person."""


@dataclass(frozen=True)
class Person:
    """One person.

    Attributes:
        key: The warehouse's key.
        refs: The source's ids that have this key, at least one.
        names: User names and e-mail addresses that nobody else bears.
        sessions: Ids of the sessions in which nobody else is known.
        session_keys: Their keys.
    """

    key: UUID
    refs: tuple[str, ...]
    names: tuple[str, ...]
    sessions: tuple[str, ...]
    session_keys: tuple[UUID, ...]

    @classmethod
    def from_json(cls, kept: dict[str, Any]) -> Person:
        """Read a person as `as_json` wrote them."""
        return cls(
            UUID(kept["key"]),
            tuple(kept["refs"]),
            tuple(kept["names"]),
            tuple(kept["sessions"]),
            tuple(map(UUID, kept["session_keys"])),
        )

    def as_json(self) -> dict[str, Any]:
        """Spell a person as JSON."""
        return {
            "key": str(self.key),
            "refs": self.refs,
            "names": self.names,
            "sessions": self.sessions,
            "session_keys": [str(one) for one in self.session_keys],
        }

    @property
    def called(self) -> tuple[str, ...]:
        """Whatever a text may call them by."""
        return tuple(dict.fromkeys((*self.refs, *self.names, str(self.key))))


def user_key(ref: str) -> UUID:
    """Give the warehouse's key of a user, as the dbt macro `source_uuid` makes it.

    Args:
        ref: The source's id.
    """
    derived = hashlib.md5(f"user:{ref}".encode(), usedforsecurity=False)
    return as_uuid(ref) or UUID(derived.hexdigest())


def as_uuid(text: str) -> UUID | None:
    """Read a key, spelled with its hyphens; None where it is none."""
    try:
        key = UUID(text)
    except ValueError:
        return None
    return key if str(key) == text.lower() else None


def find_person(connection: Connection, user: str, sealer: Sealer | None = None) -> Person:
    """Find who is meant.

    Args:
        connection: To the warehouse.
        user: The source's id, or the warehouse's key; compared as it is, so that quotes, spaces
            and wildcards mean nothing.
        sealer: Opens names that are sealed; none where there are no keys.

    Returns:
        The person.

    Raises:
        SettingsError: A name is sealed, and no key opens it.
        UnknownPersonError: Nothing is held on such a person.
    """
    meant = {"user": user, "key": as_uuid(user)}
    queries = [_REFS, _REFS_IN_MARTS] if _has_marts(connection) else [_REFS]
    found = [ref for query in queries for (ref,) in connection.execute(query.encode(), meant)]
    if not found:
        raise UnknownPersonError(
            f"Nothing is held on a user {user!r}; give an id of the source, exactly as it is"
            " there, or a key of marts.users."
        )
    refs = tuple(dict.fromkeys(found))
    names = _names(connection, refs, sealer)
    rows = connection.execute(_SESSIONS.encode(), {"refs": list(refs)}).fetchall()
    sessions, keys = tuple(row[0] for row in rows), tuple(row[1] for row in rows)
    return Person(user_key(refs[0]), refs, names, sessions, keys)


def _names(connection: Connection, refs: tuple[str, ...], sealer: Sealer | None) -> tuple[str, ...]:
    borne = connection.execute(_BORNE, [list(refs)])
    names = {opened(value, sealer) for (value,) in borne} - {""}
    others = connection.execute(_OTHERS_BEAR, [list(names), list(refs)])
    return tuple(sorted(names.difference(name for (name,) in others)))


def _has_marts(connection: Connection) -> bool:
    return connection.execute("select to_regclass('marts.users')").fetchone() != (None,)
