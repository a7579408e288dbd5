"""Homes of embedded servers, each on a port of its own, and how tests ask them."""

import os
import subprocess
import sys
from collections.abc import Callable

import psycopg

from loaders.settings import PROJECT_ROOT, Settings

NewSettings = Callable[[], Settings]
AS_ROOT = os.geteuid() == 0
UP = (
    "from loaders.embedded import server; from loaders.settings import Settings;"
    "server.up(Settings.from_environment())"
)


def execute(settings: Settings, statement: str) -> None:
    with psycopg.connect(settings.conninfo()) as connection:
        connection.execute(statement.encode())


def value(settings: Settings, statement: str) -> object:
    with psycopg.connect(settings.conninfo()) as connection:
        row = connection.execute(statement.encode()).fetchone()
    assert row is not None
    return row[0]


def postmaster_pid(settings: Settings) -> int:
    return int((settings.home / "data" / "postmaster.pid").read_text().split("\n")[0])


def up_elsewhere(settings: Settings, script: str = UP) -> "subprocess.Popen[str]":
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
