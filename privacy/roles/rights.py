"""What each role may do, as data and as the SQL that makes it so.

What flows through: names of a database and its owner in, statements out. They first revoke
everything that roles do not own, so that what a later version leaves out is gone.
Belongs here: the rights. Does not belong here: a connection.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import LiteralString

from psycopg import sql

from loaders.roles import Role

MODELLED = ("staging", "events", "intermediate", "marts", "metrics", "analysis", "analyst")
"""Schemas of what dbt makes, and of what the analysis of experiments leaves between its models."""

OWNED = {Role.LOADER: ("raw",), Role.TRANSFORMER: MODELLED}
# Owned by whoever brings the roles up to date, but for what dbt makes there.
KEPT = ("privacy",)
MADE_BY_DBT = {Role.TRANSFORMER: ("privacy.consent_history",)}
SCHEMAS = ("raw", *MODELLED, *KEPT)
READ = {
    # Hashes of people who were erased.
    Role.LOADER: KEPT,
    Role.TRANSFORMER: ("raw", *KEPT),
    Role.VALIDATOR: ("raw", *MODELLED),
    # Of marts and metrics, dbt grants them column by column.
    Role.ANALYST: ("analyst",),
    Role.STEWARD: SCHEMAS,
}
WRITTEN = {Role.STEWARD: ("raw", *KEPT)}
ENTERED = {Role.ANALYST: ("marts", "metrics")}
EXTENDED = {Role.TRANSFORMER: KEPT}
# dbt and Great Expectations select into temporary tables; `create schema if not exists` asks for
# the right though the schema exists.
OF_DATABASE: dict[Role, LiteralString] = {
    Role.TRANSFORMER: "connect, temporary, create",
    Role.VALIDATOR: "connect, temporary",
}
# Entries come through the function alone.
OF_AUDIT: dict[Role, tuple[LiteralString, ...]] = {
    Role.STEWARD: (
        "grant usage on schema audit to {}",
        "grant select on audit.log to {}",
        "grant execute on function audit.record(text, text, text, jsonb) to {}",
    ),
}
GRANTED_BY_DBT = (Role.ANALYST, ENTERED[Role.ANALYST])


def rights(database: str, owner: str) -> sql.Composed:
    """Spell the rights of all roles in one database, as one script.

    Args:
        database: Its name.
        owner: Who runs the script, and made what no role owns.

    Returns:
        Statements that may be run again and again.
    """
    return sql.SQL(";\n").join(
        [*_schemas(), *_members(owner), *_revoked(database, owner), *_granted(database, owner)]
    )


def _schemas() -> Iterator[sql.Composed]:
    create = sql.SQL("create schema if not exists {}")
    for schemas in OWNED.values():
        yield from (create.format(sql.Identifier(schema)) for schema in schemas)


def _members(owner: str) -> Iterator[sql.Composed]:
    """Only who may do what a role does can hand a table over to it, or say what it grants."""
    grant = sql.SQL("grant {} to {}")
    yield grant.format(_logins(list(OWNED)), sql.Identifier(owner))


def _revoked(database: str, owner: str) -> Iterator[sql.Composed]:
    of_database = sql.SQL("revoke all on database {} from public, {}")
    yield of_database.format(sql.Identifier(database), _logins(list(Role)))
    yield sql.SQL("revoke all on schema public from public, {}").format(_logins(list(Role)))
    for schema in (*SCHEMAS, "audit"):
        foreign = [role for role in Role if not _makes_tables(role, schema)]
        names = {"schema": sql.Identifier(schema), "roles": _logins(foreign)}
        yield sql.SQL("revoke all on schema {schema} from {roles}").format(**names)
        for kind in ("sequences", "functions"):
            revoke = sql.SQL(f"revoke all on all {kind} in schema {{schema}} from {{roles}}")
            yield revoke.format(**names)
        yield from _revoked_tables(schema, foreign)
        for creator in _creators(owner):
            yield _to_come("revoke all on tables from {roles}").format(creator=creator, **names)


def _makes_tables(role: Role, schema: str) -> bool:
    """Whether the role may own tables there, which it would be locked out of."""
    return schema in (*OWNED.get(role, ()), *EXTENDED.get(role, ()))


def _revoked_tables(schema: str, foreign: Sequence[Role]) -> Iterator[sql.Composed]:
    role, schemas = GRANTED_BY_DBT
    revoke = sql.SQL("revoke {} on all tables in schema {} from {}")
    every, name = sql.SQL("all"), sql.Identifier(schema)
    if schema not in schemas:
        yield revoke.format(every, name, _logins(foreign))
        return
    yield revoke.format(every, name, _logins([one for one in foreign if one is not role]))
    writing = sql.SQL("insert, update, delete, truncate, references, trigger")
    yield revoke.format(writing, name, _logins([role]))


def _granted(database: str, owner: str) -> Iterator[sql.Composed]:
    on_database = sql.SQL("grant {} on database {} to {}")
    for role in Role:
        privileges = sql.SQL(OF_DATABASE.get(role, "connect"))
        yield on_database.format(privileges, sql.Identifier(database), _logins([role]))
        for schema in ENTERED.get(role, ()):
            yield _on_schema("usage", schema, role)
        for schema in EXTENDED.get(role, ()):
            yield _on_schema("create", schema, role)
        for schema in READ[role]:
            yield _on_schema("usage", schema, role)
            yield from _on_tables("select", schema, role, owner)
        for schema in WRITTEN.get(role, ()):
            yield from _on_tables("insert, update, delete", schema, role, owner)
        for grant in OF_AUDIT.get(role, ()):
            yield sql.SQL(grant).format(_logins([role]))


def _on_schema(privileges: LiteralString, schema: str, role: Role) -> sql.Composed:
    grant = sql.SQL("grant {} on schema {} to {}")
    return grant.format(sql.SQL(privileges), sql.Identifier(schema), _logins([role]))


def _on_tables(
    privileges: LiteralString, schema: str, role: Role, owner: str
) -> Iterator[sql.Composed]:
    """Those that are there, and those that will be."""
    names = {
        "privileges": sql.SQL(privileges),
        "schema": sql.Identifier(schema),
        "role": _logins([role]),
    }
    yield sql.SQL("grant {privileges} on all tables in schema {schema} to {role}").format(**names)
    for creator in _creators(owner):
        grant = _to_come("grant {privileges} on tables to {role}")
        yield grant.format(creator=creator, **names)


def _to_come(change: LiteralString) -> sql.SQL:
    return sql.SQL("alter default privileges for role {creator} in schema {schema} " + change)


def _creators(owner: str) -> list[sql.Identifier]:
    return [sql.Identifier(name) for name in (owner, *(role.login for role in OWNED))]


def _logins(roles: Sequence[Role]) -> sql.Composed:
    return sql.SQL(", ").join(sql.Identifier(role.login) for role in roles)
