"""The embedded server is really started, stopped and killed, and comes back."""

import dataclasses
import os
import shutil
import signal
import subprocess
import time
from contextlib import suppress
from pathlib import Path

import psycopg
import pytest

from loaders.embedded import server, server_files, server_process
from loaders.embedded.server_account import Account
from loaders.settings import Settings
from tests.integration.servers.homes import (
    AS_ROOT,
    UP,
    NewSettings,
    execute,
    postmaster_pid,
    up_elsewhere,
    value,
)


def test_up_down_up_keeps_the_data_and_repeats_itself(new_settings: NewSettings) -> None:
    settings = new_settings()
    server.down(settings)  # nothing there yet
    assert not server.is_up(settings)
    server.up(settings)
    execute(settings, "create table kept as select 7 as number")
    pid = postmaster_pid(settings)
    server.up(settings)
    assert postmaster_pid(settings) == pid
    server.down(settings)
    server.down(settings)
    assert not server.is_up(settings)
    server.up(settings)
    assert value(settings, "select number from kept") == 7


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
        assert value(running, f"select current_setting('{name}')") == expected
    assert (server.binaries() / "psql").exists()
    assert [path.name for path in running.home.rglob("*password*")] == []


def test_processes_may_call_up_at_once_and_end_while_it_runs(new_settings: NewSettings) -> None:
    settings = new_settings()
    callers = [up_elsewhere(settings) for _ in range(3)]
    assert [caller.wait(60) for caller in callers] == [0, 0, 0]
    assert server.is_up(settings)


def test_the_server_outlives_a_caller_killed_with_its_whole_group(
    running: Settings,
) -> None:
    server.down(running)
    caller = up_elsewhere(running, f"{UP}; print('up', flush=True); input()")
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
    caller = up_elsewhere(settings)
    while not list(settings.home.glob(what_exists)):
        assert caller.poll() is None, "it ended before it came to that"
        time.sleep(0.005)
    caller.kill()
    caller.wait(10)
    server.up(settings)
    assert value(settings, "select 1") == 1
    assert list(settings.home.glob("data-being-created-*")) == []


def test_a_killed_server_comes_back_with_its_data(
    running: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(server_process, "ORPHAN_PATIENCE_SECONDS", 0.5)
    execute(running, "create table kept as select 7 as number")
    # A child that computes does not notice that its postmaster is gone, and bars a new one.
    busy = psycopg.connect(running.conninfo())
    numbers = b"generate_series(1, 60000)"
    busy.pgconn.send_query(b"select count(*) from %s as a, %s as b" % (numbers, numbers))
    os.kill(postmaster_pid(running), signal.SIGKILL)
    server.up(running)
    assert value(running, "select number from kept") == 7
    busy.close()


def test_a_server_that_crashed_this_moment_is_stopped(
    new_settings: NewSettings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(server_process, "STOP_SECONDS", 2)
    settings = new_settings()
    server.up(settings)
    execute(settings, "create table kept (number integer)")
    data = (settings.home / "data").resolve()
    for pid in Account.for_data(data).servers_in(data) - {postmaster_pid(settings)}:
        with suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL)
    server.down(settings)
    assert not server.is_up(settings)
    server.up(settings)
    assert value(settings, "select count(*) from kept") == 0


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
        execute(settings, "create table kept as select 7 as number")
        server.down(settings)
        server.up(settings)
        assert value(settings, "select number from kept") == 7
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
    execute(settings, "create table forgotten ()")
    shutil.rmtree(settings.home)
    assert not server.is_up(settings)
    server.up(settings)
    assert value(settings, "select to_regclass('forgotten')") is None
    server.down(settings)
