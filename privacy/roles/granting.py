"""The roles on a server, brought up to date.

What flows through: settings in; logins, their rights, and schemas in the hands of who writes them
out. Where nothing has changed that is one query.
Belongs here: the order, and what is different from server to server. Does not belong here: which
rights there are (`rights`).
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import psycopg
from psycopg import sql

from loaders.landing.schema import migrate
from loaders.roles import Role
from loaders.settings import Settings
from privacy.roles.rights import MADE_BY_DBT, OWNED, rights

Connection = psycopg.Connection[Any]

MIGRATIONS = Path(__file__).parent / "migrations"
TAKE_TURNS = "select pg_advisory_xact_lock(hashtextextended('chhimeki roles', 0))"
KNOWN = "select rolname from pg_roles where rolname = any(%s)"
LAST_VERSION = """
    select statements_sha256 from privacy.grant_versions order by grant_version_id desc limit 1
"""
NOTE_VERSION = "insert into privacy.grant_versions (statements_sha256) values (%s)"
# Schemas first: who is to own a table has to be allowed to create in its schema. What belongs to a
# table goes with it.
IN_OTHER_HANDS = """
    with wanted as (
        select pg_namespace.oid as namespace, nspowner, login, schema
        from unnest(%s::text[], %s::text[]) as owned (schema, login)
        inner join pg_namespace on nspname = owned.schema
    )

    select 'schema', quote_ident(schema), login, 1 as position
    from wanted
    where pg_get_userbyid(nspowner) <> login
    union all
    select
        case relkind when 'v' then 'view' when 'm' then 'materialized view' else 'table' end,
        pg_class.oid::regclass::text, login, 2
    from pg_class
    inner join wanted on wanted.namespace = relnamespace
    where relkind in ('r', 'p', 'v', 'm') and pg_get_userbyid(relowner) <> login
    union all
    select 'view', relation, login, 2
    from unnest(%s::text[], %s::text[]) as apart (relation, login)
    inner join pg_class on pg_class.oid = to_regclass(relation)
    where pg_get_userbyid(relowner) <> login
    union all
    select 'sequence', pg_class.oid::regclass::text, login, 2
    from pg_class
    inner join wanted on wanted.namespace = relnamespace
    where
        relkind = 'S'
        and pg_get_userbyid(relowner) <> login
        and not exists (
            select from pg_depend
            where classid = 'pg_class'::regclass and objid = pg_class.oid and deptype in ('a', 'i')
        )
    union all
    select 'type', pg_type.oid::regtype::text, login, 2
    from pg_type
    inner join wanted on wanted.namespace = typnamespace
    where typtype in ('e', 'd') and pg_get_userbyid(typowner) <> login
    order by 4, 2
"""


def bring_up_to_date(settings: Settings) -> Settings:
    """See to it that every role can log in and may do what this version says, and no more.

    Args:
        settings: The warehouse, up; who connects may create roles, or roles are not used.

    Returns:
        The settings to go on with: those given, or such that all connect as the one user.
    """
    if not settings.role_passwords:
        return settings
    with psycopg.connect(settings.conninfo()) as connection:
        try:
            migrate(connection, MIGRATIONS)
            with connection.transaction():
                connection.execute(TAKE_TURNS)
                _make_roles(connection, settings)
                _grant(connection, settings)
                _hand_over(connection)
        except psycopg.errors.InsufficientPrivilege:
            return settings.as_one_user()
    return settings


def are_in_use(connection: Connection, settings: Settings) -> bool:
    """Say whether components connect as roles of their own.

    Args:
        connection: To the warehouse.
        settings: The warehouse.
    """
    return bool(settings.role_passwords) and not _unknown(connection)


def set_passwords(settings: Settings) -> None:
    """Give each role the password that the settings have for it.

    Args:
        settings: The warehouse, up, with its roles.
    """
    with psycopg.connect(settings.conninfo()) as connection:
        for role in settings.role_passwords:
            _set_password(connection, role, settings)


def _make_roles(connection: Connection, settings: Settings) -> None:
    for role in _unknown(connection):
        connection.execute(sql.SQL("create role {} login").format(sql.Identifier(role.login)))
        _set_password(connection, role, settings)


def _unknown(connection: Connection) -> list[Role]:
    found = connection.execute(KNOWN, [[role.login for role in Role]])
    known = {name for (name,) in found}
    return [role for role in Role if role.login not in known]


def _set_password(connection: Connection, role: Role, settings: Settings) -> None:
    # Scrambled here, so that no log of statements can show it.
    scrambled = connection.pgconn.encrypt_password(
        settings.role_passwords[role].encode(), role.login.encode(), b"scram-sha-256"
    )
    statement = sql.SQL("alter role {} password {}")
    name, password = sql.Identifier(role.login), sql.Literal(scrambled.decode())
    connection.execute(statement.format(name, password))


def _grant(connection: Connection, settings: Settings) -> None:
    script = rights(settings.database, connection.info.user).as_string(connection)
    digest = hashlib.sha256(script.encode()).digest()
    if connection.execute(LAST_VERSION).fetchone() != (digest,):
        connection.execute(script.encode())
        connection.execute(NOTE_VERSION, [digest])


def _hand_over(connection: Connection) -> None:
    """Give schemas, and what is in them, to the roles that write there."""
    wanted = [*_names_and_logins(OWNED), *_names_and_logins(MADE_BY_DBT)]
    for kind, name, login, _ in connection.execute(IN_OTHER_HANDS, wanted).fetchall():
        # The kind is a word and the name quoted, both by the query.
        statement = f"alter {kind} {name} owner to {login}"
        connection.execute(statement.encode())


def _names_and_logins(owned: Mapping[Role, Sequence[str]]) -> tuple[list[str], list[str]]:
    pairs = [(name, role.login) for role, names in owned.items() for name in names]
    return [name for name, _ in pairs], [login for _, login in pairs]
