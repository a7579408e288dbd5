"""Every component as its own role: a warehouse is loaded, built, judged and read by five of them.

Each role then tries what it must not do, and what it must be able to.
"""

import dataclasses
from collections.abc import Callable
from pathlib import Path
from typing import Any

import psycopg
import pytest
from click.testing import CliRunner
from dbt.contracts.graph.nodes import ModelNode
from psycopg.errors import InsufficientPrivilege

from expectations.marts import MART_SUITES
from expectations.metrics import METRIC_SUITES
from expectations.raw import raw_suites
from expectations.validation import judge
from loaders.catalogue import load_catalogue
from loaders.pipeline import load
from loaders.roles import Role
from loaders.settings import Settings
from loaders.simulation import write
from loaders.simulation.plan import SimulationPlan
from orchestration.cli import main
from orchestration.status import status_lines
from orchestration.warehouse import make_ready
from privacy import roles
from privacy.roles import rights
from tests.conftest import MadeDatabase
from tests.dbt_in_process import WITHOUT_TESTS, DbtInProcess

NAME = "built_by_roles"
CONSENTS = "privacy.consent_history"

REFUSED = {
    Role.LOADER: (
        "select from marts.users",
        "select from audit.log",
        "insert into marts.users (id) values (null)",
        "create table marts.mine ()",
        "create schema mine",
        "create temporary table mine ()",
        "drop table metrics.anomalies",
        "insert into privacy.grant_versions (statements_sha256) values ('')",
    ),
    Role.TRANSFORMER: (
        "insert into raw.loads (content_sha256, file_name, file_bytes) values ('', '', 0)",
        "update raw.loads set file_name = ''",
        "delete from raw.events",
        "truncate raw.entities",
        "drop table raw.loads",
        "create table raw.mine ()",
        "select from audit.log",
        "delete from audit.log",
        "select from dagster.runs",
    ),
    Role.VALIDATOR: (
        "delete from raw.events",
        "update marts.users set email = null",
        "insert into metrics.anomalies default values",
        "refresh materialized view metrics.anomalies",
        "drop view staging.stg_events",
        "create table marts.mine ()",
        "create schema mine",
        "select from privacy.grant_versions",
        "select from audit.log",
    ),
    Role.ANALYST: (
        "select from raw.events",
        "select from raw.open_rejects",
        "select from staging.stg_events",
        "select from events.page_view",
        "select from privacy.consent_history",
        "select from intermediate.int_users_profiled",
        "select from analysis.experiment_results",
        "select from privacy.grant_versions",
        "select from audit.log",
        "select email from marts.users",
        "select username from marts.users",
        "select * from marts.users",
        "select from marts.users where email is not null",
        "select event_data from marts.events",
        "select from marts.events_202401",
        "update marts.users set role = ''",
        "delete from marts.users",
        "create table marts.mine ()",
        "create table analyst.mine ()",
        "create temporary table mine ()",
        "create schema mine",
    ),
    Role.STEWARD: (
        "update marts.users set email = null",
        "drop table raw.loads",
        "alter table marts.users disable row level security",
        "create table raw.mine ()",
        "create schema mine",
        "update audit.log set action = ''",
        "delete from audit.log",
        "insert into audit.log default values",
        "select from audit.salt",
    ),
}
# What nobody may.
EVERYBODY_REFUSED = (
    "create table public.mine ()",
    "create role mine",
    "select from pg_authid",
    "select pg_read_file('postgresql.conf')",
    "copy (select 1) to '/tmp/mine'",
    "grant chhimeki_steward to chhimeki_analyst",
)
ALLOWED = {
    Role.LOADER: (
        "select from raw.events",
        "select from privacy.grant_versions",
    ),
    Role.TRANSFORMER: (
        "select from raw.events",
        "create table privacy.mine ()",
        "drop view staging.stg_events cascade",
    ),
    Role.VALIDATOR: (
        "select from raw.open_rejects",
        "select email from marts.users",
        "select from metrics.anomalies",
        "create temporary table mine ()",
    ),
    Role.ANALYST: (
        "select count(*) from marts.users",
        "select id, last_active_at from marts.users",
        "select * from marts.community_analytics",
        "select * from metrics.active_users_daily",
        "select * from analyst.users",
    ),
    Role.STEWARD: (
        "select username, email from marts.users",
        "select from privacy.consent_history",
        "select from raw.rejected_records",
        "select from intermediate.int_users_profiled",
        "delete from raw.entities",
        "update raw.events set data = '{}'",
        "select audit.record('query', null, null, '{}')",
        "select from audit.log",
    ),
}

Attempt = Callable[[Role, str], None]


def execute(settings: Settings, statement: str) -> list[tuple[Any, ...]]:
    with psycopg.connect(settings.conninfo(), autocommit=True) as connection:
        cursor = connection.execute(statement.encode())
        return cursor.fetchall() if cursor.description else []


@pytest.fixture(scope="module")
def built(
    made_database: MadeDatabase, dbt: DbtInProcess, tmp_path_factory: pytest.TempPathFactory
) -> Settings:
    """Ten days of twenty people, loaded by the loader and built by the transformer."""
    made = make_ready(made_database(NAME))
    execute(made, "create schema dagster create table runs ()")
    plan = SimulationPlan(users=20, days=10)
    files = write(plan, tmp_path_factory.mktemp("community"))
    load([str(file) for file in files], made.as_role(Role.LOADER))
    dbt.build_tables(made)
    return made


@pytest.fixture
def attempt(built: Settings) -> Attempt:
    """Try statements as a role, and take back what they did."""

    def tried(role: Role, statement: str) -> None:
        with psycopg.connect(built.as_role(role).conninfo()) as connection:
            connection.execute(statement.encode())
            connection.rollback()

    return tried


@pytest.mark.parametrize(
    ("role", "statement"),
    [(role, one) for role in Role for one in (*REFUSED[role], *EVERYBODY_REFUSED)]
    + [(role, f"set role {other.login}") for role in Role for other in Role if role is not other]
    + [(role, "set role chhimeki") for role in Role],
)
def test_a_role_is_refused_what_is_not_its_own(
    attempt: Attempt, role: Role, statement: str
) -> None:
    with pytest.raises(InsufficientPrivilege):
        attempt(role, statement)


@pytest.mark.parametrize(
    ("role", "statement"), [(role, one) for role in Role for one in ALLOWED[role]]
)
def test_a_role_may_do_its_work(attempt: Attempt, role: Role, statement: str) -> None:
    attempt(role, statement)


def test_the_validator_can_evaluate_every_rule(built: Settings) -> None:
    suites = (*raw_suites(load_catalogue()), *MART_SUITES, *METRIC_SUITES)
    judgements = judge(suites, built.as_role(Role.VALIDATOR))
    notes = [outcome.note for judgement in judgements for outcome in judgement.outcomes]
    assert len(notes) > 50
    assert not any(notes)


def test_analysts_read_what_the_marks_say(built: Settings, dbt: DbtInProcess) -> None:
    marked = {
        (node.name, column.name): "readers" not in column.config.meta
        for node in dbt.manifest.nodes.values()
        if isinstance(node, ModelNode) and node.schema in ("marts", "metrics")
        for column in node.columns.values()
    }
    granted = execute(
        built,
        """
        select
            relname,
            attname,
            has_column_privilege('chhimeki_analyst', attrelid, attnum, 'select')
        from pg_attribute
        inner join pg_class on pg_class.oid = attrelid
        where
            relnamespace::regnamespace::text in ('marts', 'metrics')
            and relkind in ('r', 'p', 'm')
            and not relispartition
            and attnum > 0
        """,
    )
    assert {(table, column): may for table, column, may in granted} == marked
    assert set(marked.values()) == {True, False}


def test_another_mark_is_another_grant_with_the_next_build(
    built: Settings, dbt: DbtInProcess
) -> None:
    transformer = built.as_role(Role.TRANSFORMER)
    execute(transformer, "grant select (email) on marts.users to chhimeki_analyst")
    dbt.build(transformer, *WITHOUT_TESTS, "--select", "users")
    with pytest.raises(InsufficientPrivilege):
        execute(built.as_role(Role.ANALYST), "select email from marts.users")


def test_what_dbt_makes_next_is_readable_by_whom_it_should(built: Settings) -> None:
    transformer = built.as_role(Role.TRANSFORMER)
    execute(transformer, "create table marts.new (id int); create view analyst.new as select 1")
    for role in (Role.VALIDATOR, Role.STEWARD):
        execute(built.as_role(role), "select from marts.new")
    execute(built.as_role(Role.ANALYST), "select from analyst.new")
    with pytest.raises(InsufficientPrivilege):
        execute(built.as_role(Role.ANALYST), "select from marts.new")
    execute(transformer, "drop table marts.new; drop view analyst.new")


def test_what_dbt_makes_among_what_others_keep_is_named(dbt: DbtInProcess) -> None:
    made = {
        f"{node.schema}.{node.identifier}"
        for node in dbt.manifest.nodes.values()
        if node.is_relational and node.schema in rights.KEPT
    }
    assert made == {one for names in rights.MADE_BY_DBT.values() for one in names}


def test_a_second_time_nothing_is_granted(built: Settings) -> None:
    versions = "select count(*) from privacy.grant_versions"
    assert execute(built, versions) == [(1,)]
    make_ready(built)
    assert execute(built, versions) == [(1,)]


def test_what_a_later_version_leaves_out_is_revoked(
    built: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    steward = built.as_role(Role.STEWARD)
    execute(built, "grant insert on raw.loads to chhimeki_analyst")
    with monkeypatch.context() as later:
        later.setitem(rights.READ, Role.STEWARD, ("raw",))
        later.setitem(rights.WRITTEN, Role.STEWARD, ())
        make_ready(built)
        execute(steward, "select from raw.loads")
        for gone in ("select from marts.users", "delete from raw.entities"):
            with pytest.raises(InsufficientPrivilege):
                execute(steward, gone)
        held = "select has_table_privilege('chhimeki_analyst', 'raw.loads', 'insert')"
        assert execute(built, held) == [(False,)]
    make_ready(built)
    execute(steward, "select from marts.users")


def test_what_the_owner_made_is_handed_over(built: Settings) -> None:
    execute(built, "create table raw.old (id serial); create view marts.old as select 1")
    execute(built, "create type marts.old_type as enum (); create sequence raw.old_numbers")
    execute(built, f"alter view {CONSENTS} owner to current_user")
    make_ready(built)
    execute(built.as_role(Role.LOADER), "drop table raw.old; drop sequence raw.old_numbers")
    execute(
        built.as_role(Role.TRANSFORMER), f"alter view {CONSENTS} alter column user_id drop default"
    )
    execute(built.as_role(Role.TRANSFORMER), "drop view marts.old; drop type marts.old_type")


def test_a_new_password_holds_once_it_is_set(built: Settings) -> None:
    words = {**built.role_passwords, Role.ANALYST: "an'other \\ word"}
    changed = dataclasses.replace(built, role_passwords=words)
    with pytest.raises(psycopg.OperationalError, match="password authentication failed"):
        execute(changed.as_role(Role.ANALYST), "select 1")
    try:
        roles.set_passwords(changed)
        execute(changed.as_role(Role.ANALYST), "select 1")
    finally:
        roles.set_passwords(built)
    execute(built.as_role(Role.ANALYST), "select 1")


def test_who_may_not_make_roles_goes_on_alone_and_is_told(
    settings: Settings, database: Settings
) -> None:
    execute(database, "create role plain login password 'plain'")
    try:
        execute(database, f"grant all on database {database.database} to plain")
        execute(database, "grant usage on schema raw to plain")
        execute(database, "grant select on all tables in schema raw to plain")
        plain = Settings.from_environment(
            database.environment()
            | {"PGUSER": "plain", "PGPASSWORD": "plain"}
            | settings.role_environment()
        )
        alone = roles.bring_up_to_date(plain)
        assert alone.as_role(Role.LOADER) == alone
        assert "everything connects as plain" in "\n".join(status_lines(alone))
    finally:
        execute(database, "drop owned by plain; drop role plain")


def test_who_asks_about_people_does_so_as_steward(
    built: Settings, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    for name, value in (built.environment() | built.role_environment()).items():
        monkeypatch.setenv(name, value)
    monkeypatch.setenv("CHHIMEKI_HOME", str(tmp_path))
    monkeypatch.setenv("CHHIMEKI_LANDING", str(tmp_path / "landing"))

    def asked(*arguments: str) -> str:
        return CliRunner().invoke(main, ["privacy", *arguments], catch_exceptions=False).stdout

    assert asked("query", "select session_user") == "session_user\nchhimeki_steward\n"
    assert asked("query", "select pg_read_file('postgresql.conf')") == ""
    (user,) = execute(built, "select user_ref from marts.users where username is not null limit 1")
    assert asked("reveal", *user).startswith("username: ")
    assert " entries fit; " in asked("verify-audit")
    newest = "select role, action from audit.log order by entry_id desc limit 3"
    assert execute(built, newest) == [
        ("chhimeki_steward", action) for action in ("reveal", "query", "query")
    ]


def test_the_status_says_nothing_where_each_has_its_role(built: Settings) -> None:
    assert "everything connects" not in "\n".join(status_lines(built))


def test_analysts_of_a_region_see_its_rows_alone(built: Settings, dbt: DbtInProcess) -> None:
    transformer, analyst = built.as_role(Role.TRANSFORMER), built.as_role(Role.ANALYST)
    view = "select country, count(*) as sessions from marts.user_sessions group by country"
    execute(transformer, f"create view analyst.sessions as {view}")
    sessions = "select country, sessions from analyst.sessions"
    everywhere = dict(execute(analyst, sessions))
    assert len(everywhere) > 1
    country = next(name for name in everywhere if name)

    limited = f"{{analyst_countries: ['{country}']}}"
    dbt.build(transformer, *WITHOUT_TESTS, "--select", "user_sessions", "--vars", limited)
    count = "select count(*) from marts.user_sessions"
    every = sum(everywhere.values())
    assert execute(analyst, count) == [(everywhere[country],)]
    assert execute(analyst, sessions) == [(country, everywhere[country])]
    for role in (Role.VALIDATOR, Role.STEWARD, Role.TRANSFORMER):
        assert execute(built.as_role(role), count) == [(every,)]

    dbt.build(transformer, *WITHOUT_TESTS, "--select", "user_sessions")
    assert execute(analyst, count) == [(every,)]
    execute(transformer, "drop view analyst.sessions")
