"""The layout on a server and in a home of its own, which come up and go down with it."""

import os
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from loaders import landing_folder
from loaders.embedded import server
from orchestration.state import dagster_home
from tests.production.layout import Layout, commands
from tests.servers import free_ports, open_to_all, settings_of


@pytest.fixture(scope="module")
def layout() -> Iterator[Layout]:
    """Every process of the list, started; the server is down until one of them needs it."""
    with open_to_all() as folder:
        yield from _in_folder(folder)


def _in_folder(folder: Path) -> Iterator[Layout]:
    code_port, pages_port = free_ports(2)
    settings = settings_of(folder / "home")
    home = {"CHHIMEKI_HOME": str(settings.home), "CHHIMEKI_PORT": str(settings.port)}
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
