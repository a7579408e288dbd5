"""What stands in the way of the embedded server, in one clear line; what is not ours stays."""

import dataclasses
import errno
import os
import socket
from pathlib import Path

import psycopg
import pytest

from loaders.embedded import server, server_files
from loaders.errors import ServerError
from loaders.settings import Settings
from tests.integration.servers.homes import NewSettings, execute, value
from tests.servers import free_port


@pytest.mark.parametrize("database", ["chhimeki", "postgres"])
def test_a_wrong_password_is_refused(running: Settings, database: str) -> None:
    wrong = dataclasses.replace(running, password=running.password.upper())
    with pytest.raises(psycopg.OperationalError, match="password authentication failed"):
        psycopg.connect(wrong.conninfo(database))


def test_a_port_taken_by_another_program_is_named(running: Settings) -> None:
    server.down(running)
    with socket.socket() as other:
        other.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        other.bind(("127.0.0.1", running.port))
        other.listen()
        expected = f"Port {running.port} is taken by another program; set CHHIMEKI_PORT"
        with pytest.raises(ServerError, match=expected):
            server.up(running)
    server.up(running)
    assert server.is_up(running)


def test_homes_run_side_by_side_but_not_on_one_port(
    running: Settings, new_settings: NewSettings
) -> None:
    first, second = running, new_settings()
    server.up(second)
    execute(first, "create table only_in_first ()")
    assert value(second, "select to_regclass('only_in_first')") is None
    server.down(second)

    on_the_firsts_port = dataclasses.replace(second, port=first.port)
    assert not server.is_up(on_the_firsts_port)
    expected = f"Port {first.port} is taken by the server of another home.*CHHIMEKI_PORT"
    with pytest.raises(ServerError, match=expected):
        server.up(on_the_firsts_port)
    server.down(on_the_firsts_port)
    assert server.is_up(first)


def test_a_running_home_asked_for_on_another_port_says_where_it_is(
    running: Settings,
) -> None:
    with pytest.raises(ServerError, match=f"already runs on port {running.port}"):
        server.up(dataclasses.replace(running, port=free_port()))


def test_a_given_server_is_used_and_nothing_is_started(
    running: Settings, open_folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    home = open_folder / "unused"
    given = Settings.from_environment(running.environment() | {"CHHIMEKI_HOME": str(home)})
    server.up(given)
    assert server.is_up(given)
    server.down(given)
    assert server.is_up(given)
    assert not home.exists()

    for change, complaint in (
        ({"password": "wrong"}, "password authentication failed.*PGPASSWORD"),
        ({"database": "nowhere"}, 'database "nowhere" does not exist.*PGDATABASE'),
        ({"port": free_port()}, "Connection refused.*unset PGHOST"),
    ):
        wrong = dataclasses.replace(given, **change)
        with pytest.raises(ServerError, match=complaint) as raised:
            server.up(wrong)
        assert "\n" not in str(raised.value)
        assert not server.is_up(wrong)

    monkeypatch.setattr(server, "OLDEST_VERSION", 99)
    with pytest.raises(ServerError, match="is PostgreSQL 18; use 99 or newer"):
        server.up(given)


def test_data_that_are_gone_are_not_silently_begun_anew(new_settings: NewSettings) -> None:
    settings = new_settings()
    settings.home.mkdir()
    (settings.home / "data").symlink_to("/nonexistent/data")
    with pytest.raises(ServerError, match="which is gone; bring it back"):
        server.up(settings)


def test_a_home_that_cannot_be_used_is_one_clear_line(new_settings: NewSettings) -> None:
    settings = new_settings()
    settings.home.write_text("a file where a folder should be")
    with pytest.raises(ServerError, match=r"cannot be used: .*; set CHHIMEKI_HOME"):
        server.up(settings)
    settings.home.unlink()
    (settings.home / "data").mkdir(parents=True)
    with pytest.raises(ServerError, match="holds no PostgreSQL data; move it away"):
        server.up(settings)


def test_a_full_disk_is_one_clear_line(running: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    server.down(running)

    def full(*_: object) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    with monkeypatch.context() as patch:
        patch.setattr(server_files, "configure", full)
        with pytest.raises(ServerError, match=r"is full; free some space"):
            server.up(running)
    said = "FATAL:  could not write lock file: No space left on device\npg_ctl: could not start"
    assert server_files.reason(said) == "the disk is full; free some space and run it again."
    server.up(running)
    assert server.is_up(running)


def test_what_the_server_itself_complains_about_is_passed_on(running: Settings) -> None:
    server.down(running)
    wrong = running.home / "data" / "postgresql.auto.conf"
    wrong.write_text("nonsense = 1\n")
    with pytest.raises(ServerError, match=r"did not start \(log: .*\): FATAL: .*auto") as raised:
        server.up(running)
    assert "\n" not in str(raised.value)
    wrong.write_text("")
