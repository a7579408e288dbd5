"""The layout on a server and in a home of its own, which come up and go down with it."""

import os
import shutil
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from loaders import landing_folder
from loaders.embedded import server
from loaders.settings import Settings
from orchestration.state import dagster_home
from tests.production.layout import Layout, commands, free_ports


@pytest.fixture(scope="module")
def layout() -> Iterator[Layout]:
    """Every process of the list, started; the server is down until one of them needs it."""
    # Not below pytest's own temporary folder, which is closed to the account of the server.
    folder = Path(tempfile.mkdtemp(prefix="chhimeki-production-"))
    folder.chmod(0o755)
    port, code_port, pages_port = free_ports(3)
    home = {"CHHIMEKI_HOME": str(folder / "home"), "CHHIMEKI_PORT": str(port)}
    settings = Settings.from_environment(home)
    landing_folder.prepare(settings.landing)
    started = Layout(
        settings,
        os.environ
        | home
        | {
            "DAGSTER_HOME": str(dagster_home(settings)),
            "DAGSTER_GRPC_PORT": str(code_port),
            "DAGSTER_WEBSERVER_PORT": str(pages_port),
            "PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}",
        },
        logs=folder,
    )
    try:
        for name, command in commands().items():
            started.start(name, command)
        yield started
    finally:
        for name in list(started.processes):
            started.kill(name)
        server.down(settings)
        shutil.rmtree(folder, ignore_errors=True)
