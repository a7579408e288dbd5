"""The embedded server is really started, stopped, killed and got in the way of.

Every test has homes and ports of its own; none touches the session's server.
"""

import dataclasses
import errno
import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import psycopg
import pytest

from loaders.embedded import server, server_files, server_process
from loaders.embedded.server_account import Account
from loaders.errors import ServerError
from loaders.settings import PROJECT_ROOT, Settings

NewSettings = Callable[[], Settings]
AS_ROOT = os.geteuid() == 0
UP = (
    "from loaders.embedded import server; from loaders.settings import Settings;"
    "server.up(Settings.from_environment())"
)


@contextmanager
def _open_folder() -> Iterator[Path]:
    """A folder that every user may enter, which pytest's own are not."""
    folder = Path(tempfile.mkdtemp(prefix="chhimeki-server-tests-"))
    folder.chmod(0o755)
    yield folder
    shutil.rmtree(folder, ignore_errors=True)


def _settings_of(home: Path) -> Settings:
    variables = {"CHHIMEKI_HOME": str(home), "CHHIMEKI_PORT": str(_free_port())}
    return Settings.from_environment(variables)


@pytest.fixture
def open_folder() -> Iterator[Path]:
    with _open_folder() as folder:
        yield folder


@pytest.fixture
def new_settings(open_folder: Path) -> Iterator[NewSettings]:
    """Settings of one more home on a free port; all are stopped at the end."""
    made: list[Settings] = []

    def new() -> Settings:
        made.append(_settings_of(open_folder / f"home{len(made)}"))
        return made[-1]

    yield new
    for settings in made:
        server.down(settings)


@pytest.fixture(scope="module")
def made_once() -> Iterator[Settings]:
    """Settings of a home that several tests share, because making one takes a second."""
    with _open_folder() as folder:
        settings = _settings_of(folder / "home")
        server.up(settings)
        yield settings
        server.down(settings)


@pytest.fixture
def running(made_once: Settings) -> Settings:
    """Settings of the shared home, whose server runs whatever the test before did to it."""
    server.up(made_once)
    return made_once


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _execute(settings: Settings, statement: str) -> None:
    with psycopg.connect(settings.conninfo()) as connection:
        connection.execute(statement.encode())


def _value(settings: Settings, statement: str) -> object:
    with psycopg.connect(settings.conninfo()) as connection:
        row = connection.execute(statement.encode()).fetchone()
    assert row is not None
    return row[0]


def _postmaster_pid(settings: Settings) -> int:
    return int((settings.home / "data" / "postmaster.pid").read_text().split("\n")[0])


def _up_elsewhere(settings: Settings, script: str = UP) -> "subprocess.Popen[str]":
    """Another process, in a session of its own, that calls up."""
    variables = {"CHHIMEKI_HOME": str(settings.home), "CHHIMEKI_PORT": str(settings.port)}
    return subprocess.Popen(
        [sys.executable, "-c", script],
        cwd=PROJECT_ROOT,
        env=dict(os.environ) | variables,
        stdout=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )


def test_up_down_up_keeps_the_data_and_repeats_itself(new_settings: NewSettings) -> None:
    settings = new_settings()
    server.down(settings)  # nothing there yet
    assert not server.is_up(settings)
    server.up(settings)
    _execute(settings, "create table kept as select 7 as number")
    pid = _postmaster_pid(settings)
    server.up(settings)
    assert _postmaster_pid(settings) == pid
    server.down(settings)
    server.down(settings)
    assert not server.is_up(settings)
    server.up(settings)
    assert _value(settings, "select number from kept") == 7


def test_the_server_is_set_up_as_the_warehouse_needs_it(running: Settings) -> None:
    for name, expected in {
        "fsync": "on",
        "synchronous_commit": "on",
        "listen_addresses": "127.0.0.1",
        "unix_socket_directories": "",
        "shared_buffers": "256MB",
        "TimeZone": "UTC",
        "server_encoding": "UTF8",
    }.items():
        assert _value(running, f"select current_setting('{name}')") == expected
    assert (server.binaries() / "psql").exists()
    assert [path.name for path in running.home.rglob("*password*")] == []


@pytest.mark.parametrize("database", ["chhimeki", "postgres"])
def test_a_wrong_password_is_refused(running: Settings, database: str) -> None:
    wrong = dataclasses.replace(running, password=running.password.upper())
    with pytest.raises(psycopg.OperationalError, match="password authentication failed"):
        psycopg.connect(wrong.conninfo(database))


def test_processes_may_call_up_at_once_and_end_while_it_runs(new_settings: NewSettings) -> None:
    settings = new_settings()
    callers = [_up_elsewhere(settings) for _ in range(3)]
    assert [caller.wait(60) for caller in callers] == [0, 0, 0]
    assert server.is_up(settings)


def test_the_server_outlives_a_caller_killed_with_its_whole_group(
    running: Settings,
) -> None:
    server.down(running)
    caller = _up_elsewhere(running, f"{UP}; print('up', flush=True); input()")
    assert caller.stdout is not None
    assert caller.stdout.readline() == "up\n"
    os.killpg(caller.pid, signal.SIGKILL)
    caller.wait(10)
    assert server.is_up(running)


@pytest.mark.parametrize("what_exists", ["data-being-created-*", "postgres.log"])
def test_a_caller_killed_halfway_leaves_nothing_in_the_way(
    new_settings: NewSettings, what_exists: str
) -> None:
    settings = new_settings()
    caller = _up_elsewhere(settings)
    while not list(settings.home.glob(what_exists)):
        assert caller.poll() is None, "it ended before it came to that"
        time.sleep(0.005)
    caller.kill()
    caller.wait(10)
    server.up(settings)
    assert _value(settings, "select 1") == 1
    assert list(settings.home.glob("data-being-created-*")) == []


def test_a_killed_server_comes_back_with_its_data(
    running: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(server_process, "ORPHAN_PATIENCE_SECONDS", 0.5)
    _execute(running, "create table kept as select 7 as number")
    # A child that computes does not notice that its postmaster is gone, and bars a new one.
    busy = psycopg.connect(running.conninfo())
    numbers = b"generate_series(1, 60000)"
    busy.pgconn.send_query(b"select count(*) from %s as a, %s as b" % (numbers, numbers))
    os.kill(_postmaster_pid(running), signal.SIGKILL)
    server.up(running)
    assert _value(running, "select number from kept") == 7
    busy.close()


def test_a_server_that_crashed_this_moment_is_stopped(
    new_settings: NewSettings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(server_process, "STOP_SECONDS", 2)
    settings = new_settings()
    server.up(settings)
    _execute(settings, "create table kept (number integer)")
    data = (settings.home / "data").resolve()
    for pid in Account.for_data(data).servers_in(data) - {_postmaster_pid(settings)}:
        with suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL)
    server.down(settings)
    assert not server.is_up(settings)
    server.up(settings)
    assert _value(settings, "select count(*) from kept") == 0


@pytest.mark.parametrize("program", ["sleep", "true"], ids=["another program", "a zombie"])
def test_a_stale_pid_file_whose_number_is_in_use_again(running: Settings, program: str) -> None:
    pid_file = running.home / "data" / "postmaster.pid"
    lines = pid_file.read_text().split("\n")
    server.down(running)
    with subprocess.Popen([program, "60"]) as other:  # never waited for: `true` stays a zombie
        pid_file.write_text("\n".join([str(other.pid), *lines[1:]]))
        server.up(running)
        assert server.is_up(running)
        assert program == "true" or other.poll() is None
        other.kill()


def test_an_empty_pid_file_as_a_full_disk_leaves_it(running: Settings) -> None:
    server.down(running)
    (running.home / "data" / "postmaster.pid").touch()
    server.up(running)
    assert server.is_up(running)


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
    _execute(first, "create table only_in_first ()")
    assert _value(second, "select to_regclass('only_in_first')") is None
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
        server.up(dataclasses.replace(running, port=_free_port()))


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
        ({"port": _free_port()}, "Connection refused.*unset PGHOST"),
    ):
        wrong = dataclasses.replace(given, **change)
        with pytest.raises(ServerError, match=complaint) as raised:
            server.up(wrong)
        assert "\n" not in str(raised.value)
        assert not server.is_up(wrong)

    monkeypatch.setattr(server, "OLDEST_VERSION", 99)
    with pytest.raises(ServerError, match="is PostgreSQL 18; use 99 or newer"):
        server.up(given)


def test_a_home_closed_to_other_users_works(
    new_settings: NewSettings, open_folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As a clone in /root is, which root's server account cannot enter."""
    monkeypatch.setattr(server_files, "OPEN_PLACE", open_folder / "open")
    closed = open_folder / "closed"
    closed.mkdir(mode=0o700)
    settings = dataclasses.replace(new_settings(), home=closed / "clone" / ".chhimeki")
    try:
        server.up(settings)
        _execute(settings, "create table kept as select 7 as number")
        server.down(settings)
        server.up(settings)
        assert _value(settings, "select number from kept") == 7
        assert (settings.home / "postgres.log").stat().st_size > 0
        assert (settings.home / "data").is_symlink() == AS_ROOT
    finally:
        server.down(settings)


def test_programs_closed_to_the_servers_account_are_copied(
    new_settings: NewSettings, open_folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As a virtual environment in /root is, installed under a umask that lets nobody else read."""
    monkeypatch.setattr(server_files, "OPEN_PLACE", open_folder / "open")
    package = server.binaries().parents[1]
    closed = open_folder / "closed"
    for folder in (package, package.with_name(f"{package.name}.libs")):
        shutil.copytree(folder, closed / folder.name, symlinks=True)
    for path in closed.rglob("*"):
        if not path.is_symlink():
            path.chmod(path.stat().st_mode & 0o700)
    closed.chmod(0o700)
    monkeypatch.syspath_prepend(closed)

    settings = new_settings()
    assert server.binaries().is_relative_to(closed)
    server.up(settings)
    assert server.is_up(settings)
    used = server_files.binaries_for(Account.for_data(settings.home / "data"))
    assert used.is_relative_to(open_folder / "open") == AS_ROOT
    server.down(settings)


@pytest.mark.parametrize("mode", [0o755, 0o700], ids=["open", "closed"])
def test_a_home_deleted_under_its_server_begins_anew(
    new_settings: NewSettings, open_folder: Path, monkeypatch: pytest.MonkeyPatch, mode: int
) -> None:
    monkeypatch.setattr(server_files, "OPEN_PLACE", open_folder / "open")
    monkeypatch.setattr(server_process, "ORPHAN_PATIENCE_SECONDS", 0.1)
    settings = new_settings()
    settings.home.mkdir()
    settings.home.chmod(mode)
    server.up(settings)
    _execute(settings, "create table forgotten ()")
    shutil.rmtree(settings.home)
    assert not server.is_up(settings)
    server.up(settings)
    assert _value(settings, "select to_regclass('forgotten')") is None
    server.down(settings)


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
