"""The audit log: written by one function only, never changed, and found out where it was."""

import io
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import click.testing
import psycopg
import pytest

from loaders.settings import Settings
from orchestration.cli import main
from privacy.audit import AuditError, Entry, prepare, record, verify
from privacy.audit.chain import parse_entry, remember, remembered
from privacy.audit.queries import answer, without_literals

Connection = psycopg.Connection[Any]
ROLE = "audit_writer"
COPIED = """
    insert into audit.log
    select 11, recorded_at, role, os_user, application, action, person, detail, hash
    from audit.log
    where entry_id = 10
"""


@pytest.fixture
def connection(database: Settings) -> Iterator[Connection]:
    with psycopg.connect(
        database.conninfo(), autocommit=True, application_name="chhimeki test"
    ) as opened:
        prepare(opened)
        yield opened


@pytest.fixture
def ten_entries(connection: Connection) -> list[Entry]:
    return [record(connection, "export", person=f"user-{n}") for n in range(10)]


@pytest.fixture
def writer(connection: Connection, database: Settings) -> Iterator[Connection]:
    """A role that may record, and holds all other rights on the log that can be granted."""
    connection.execute(f"create role {ROLE} login password '{ROLE}'")
    connection.execute(f"grant usage on schema audit to {ROLE}")
    connection.execute(f"grant all on audit.log to {ROLE}")
    connection.execute(f"grant execute on all functions in schema audit to {ROLE}")
    with psycopg.connect(database.conninfo(), user=ROLE, password=ROLE, autocommit=True) as opened:
        yield opened
    connection.execute(f"drop owned by {ROLE}")
    connection.execute(f"drop role {ROLE}")


def tampered(connection: Connection, statement: str) -> None:
    """Change the log as only its owner can."""
    connection.execute("alter table audit.log disable trigger refuse_change")
    connection.execute(statement.encode())
    connection.execute("alter table audit.log enable always trigger refuse_change")


def test_an_entry_tells_who_when_what_whom_and_through_what(connection: Connection) -> None:
    entry = record(connection, "export", person="user-1", detail={"rows": 7})

    (row,) = connection.execute(
        "select role, os_user <> '', application, action, detail, hash,"
        " person = audit.pseudonym('user-1'), recorded_at between now() - interval '1 min'"
        " and clock_timestamp() from audit.log"
    )

    login = connection.info.user
    expected = (login, True, "chhimeki test", "export", {"rows": 7}, entry.hash, True, True)
    assert row == expected


def test_no_id_of_a_person_is_in_the_log(connection: Connection) -> None:
    person = "0b8ef1c2-3f5b-4f53-9e0e-0d5a4f0e7f10"
    record(connection, "erase", person=person)

    (text,) = connection.execute("select log::text from audit.log").fetchone() or ("",)

    assert person not in text
    assert person.encode().hex() not in text


def test_an_untouched_log_fits(connection: Connection, ten_entries: list[Entry]) -> None:
    assert verify(connection, ten_entries) == ten_entries[-1]


def test_an_empty_log_fits(connection: Connection) -> None:
    assert verify(connection) is None


@pytest.mark.parametrize(
    ("statement", "told"),
    [
        ("update audit.log set detail = '{\"rows\": 1}' where entry_id = 4", "Entry 4 does not"),
        ("update audit.log set recorded_at = now() where entry_id = 1", "Entry 1 does not"),
        ("update audit.log set person = null where entry_id = 10", "Entry 10 does not"),
        ("update audit.log set hash = sha256('') where entry_id = 3", "Entry 3 does not"),
        ("delete from audit.log where entry_id = 6", "Entry 6 is missing"),
        ("delete from audit.log where entry_id = 1", "Entry 1 is missing"),
        (
            COPIED,
            "Entry 11 does not",
        ),
    ],
)
@pytest.mark.usefixtures("ten_entries")
def test_the_first_entry_that_does_not_fit_is_named(
    connection: Connection, statement: str, told: str
) -> None:
    tampered(connection, statement)

    with pytest.raises(AuditError, match=told):
        verify(connection)


def test_a_log_written_anew_from_a_change_on_is_found_out_by_an_entry_kept_elsewhere(
    connection: Connection, ten_entries: list[Entry]
) -> None:
    tampered(connection, "delete from audit.log where entry_id > 8")
    record(connection, "export")
    record(connection, "export")

    verify(connection)
    with pytest.raises(AuditError, match="Entry 10 is not the one that was kept"):
        verify(connection, ten_entries[-1:])


def test_an_end_cut_off_is_found_out_by_what_the_home_remembers(
    connection: Connection, ten_entries: list[Entry], tmp_path: Path
) -> None:
    remember(tmp_path, ten_entries[-1])
    remember(tmp_path, ten_entries[0])
    tampered(connection, "delete from audit.log where entry_id > 8")

    with pytest.raises(AuditError, match="ends at entry 8, but entry 10 is known"):
        verify(connection, remembered(tmp_path))


@pytest.mark.parametrize(
    "statement",
    [
        "update audit.log set action = 'nothing'",
        "delete from audit.log",
        "truncate audit.log",
    ],
)
@pytest.mark.usefixtures("ten_entries")
def test_nobody_changes_the_log(connection: Connection, writer: Connection, statement: str) -> None:
    for one in (writer, connection):
        with pytest.raises(psycopg.errors.InsufficientPrivilege, match="append-only"):
            one.execute(statement.encode())


def test_a_role_with_usage_alone_neither_reads_nor_writes(
    connection: Connection, writer: Connection
) -> None:
    connection.execute(f"revoke all on audit.log from {ROLE}")
    connection.execute(f"revoke execute on all functions in schema audit from {ROLE}")

    for statement in ("table audit.log", "table audit.salt", "select audit.pseudonym('u')"):
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            writer.execute(statement.encode())
    with pytest.raises(psycopg.errors.InsufficientPrivilege):
        record(writer, "export")


def test_the_role_that_logged_in_is_recorded_not_the_owner_of_the_function(
    writer: Connection,
) -> None:
    record(writer, "export")

    role = writer.execute("select role from audit.log order by entry_id desc limit 1").fetchone()

    assert role == (ROLE,)


def test_writers_at_once_write_one_chain(database: Settings, connection: Connection) -> None:
    def write(person: int) -> None:
        with psycopg.connect(database.conninfo()) as own:
            for _ in range(5):
                record(own, "export", person=str(person))
                own.commit()

    with ThreadPoolExecutor(4) as threads:
        list(threads.map(write, range(4)))

    last = verify(connection)
    assert last
    assert last.entry_id == 20


def test_an_entry_goes_with_the_transaction_that_it_tells_of(
    database: Settings, connection: Connection
) -> None:
    with psycopg.connect(database.conninfo()) as own:
        record(own, "erase")
        own.rollback()
        record(own, "export")

    assert connection.execute("select entry_id, action from audit.log").fetchall() == [
        (1, "export")
    ]
    verify(connection)


def test_changes_of_grants_are_recorded(connection: Connection, writer: Connection) -> None:
    connection.execute(
        f"grant select on raw.loads to {ROLE}; revoke select on raw.loads from {ROLE}"
    )

    told = connection.execute(
        "select action, detail ->> 'statement', role from audit.log order by entry_id desc limit 2"
    ).fetchall()

    assert writer.info.user == ROLE
    statement = f"grant select on raw.loads to {ROLE}; revoke select on raw.loads from {ROLE}"
    login = connection.info.user
    assert told == [
        ("revoke", statement, login),
        ("grant", statement, login),
    ]


def test_a_script_is_one_entry_a_kind_of_change_without_what_else_it_holds(
    connection: Connection, writer: Connection
) -> None:
    before = verify(connection)
    grants = [
        f"grant select on raw.loads to {ROLE}",
        f"revoke select on raw.loads from {ROLE}",
        f"grant select on raw.events to {ROLE}",
    ]
    connection.execute("; ".join([f"alter role {ROLE} password 'hidden-word'", *grants]))

    told = connection.execute("select action, detail ->> 'statement' from audit.log").fetchall()

    assert before
    assert writer.info.user == ROLE
    assert told[before.entry_id :] == [("grant", "; ".join(grants)), ("revoke", "; ".join(grants))]


def test_making_the_log_twice_changes_nothing(
    connection: Connection, ten_entries: list[Entry]
) -> None:
    prepare(connection)

    assert verify(connection, ten_entries) == ten_entries[-1]


@pytest.mark.parametrize("text", ["", "7", "x:00", "7:zz"])
def test_what_names_no_entry_is_refused(text: str) -> None:
    with pytest.raises(AuditError, match="spell it number:hash"):
        parse_entry(text)


@pytest.mark.parametrize(
    ("query", "kept"),
    [
        (
            "select 1 from marts.users where email = 'a@b.np' ;",
            "select ? from marts.users where email = ? ;",
        ),
        ("select $x$asha$x$, $$asha$$ -- asha", "select ?, ? ?"),
        (r"select E'it\'s asha', 'c:\' /* asha */, 'it''s'", "select ?, ? ?, ?"),
        (
            "select user_ref from marts.users_1\nwhere n = 4711",
            "select user_ref from marts.users_1 where n = ?",
        ),
    ],
)
def test_a_query_is_kept_without_what_may_name_a_person(query: str, kept: str) -> None:
    assert without_literals(query) == kept


def test_a_query_is_answered_as_csv_and_recorded(connection: Connection) -> None:
    out = io.BytesIO()

    entry = answer(connection, "select 'asha' as name, 1 as n;", out)

    assert out.getvalue() == b"name,n\nasha,1\n"
    assert verify(connection) == entry


def test_a_query_that_fails_or_writes_is_recorded_all_the_same(connection: Connection) -> None:
    for query in ("select 1/0", "select nextval('raw.landing_order')"):
        with pytest.raises(psycopg.Error):
            answer(connection, query, io.BytesIO())

    assert connection.execute("select count(*) from audit.log").fetchone() == (2,)


def test_commands_record_check_and_remember(
    database: Settings, connection: Connection, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    for name, value in database.environment().items():
        monkeypatch.setenv(name, value)
    monkeypatch.setenv("CHHIMEKI_HOME", str(tmp_path))
    command = click.testing.CliRunner().invoke

    asked = command(main, ["privacy", "query", "select 'asha' as name"])
    checked = command(main, ["privacy", "verify-audit"])
    tampered(connection, "delete from audit.log")
    cut = command(main, ["privacy", "verify-audit"])

    assert (asked.exit_code, asked.stdout) == (0, "name\nasha\n")
    assert (checked.exit_code, checked.stdout.split(";")[0]) == (0, "1 entries fit")
    assert cut.exit_code == 1
    assert cut.stderr.count("\n") == 1
    assert "the end was cut off" in cut.stderr
