"""Homes for tests of the embedded server; none touches the session's."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from loaders.embedded import server
from loaders.settings import Settings
from tests.integration.servers.homes import NewSettings
from tests.servers import open_to_all, settings_of


@pytest.fixture
def open_folder() -> Iterator[Path]:
    with open_to_all() as folder:
        yield folder


@pytest.fixture
def new_settings(open_folder: Path) -> Iterator[NewSettings]:
    """Settings of one more home on a free port; all are stopped at the end."""
    made: list[Settings] = []

    def new() -> Settings:
        made.append(settings_of(open_folder / f"home{len(made)}"))
        return made[-1]

    yield new
    for settings in made:
        server.down(settings)


@pytest.fixture(scope="module")
def made_once() -> Iterator[Settings]:
    """Settings of a home that several tests share, because making one takes a second."""
    with open_to_all() as folder:
        settings = settings_of(folder / "home")
        server.up(settings)
        yield settings
        server.down(settings)


@pytest.fixture
def running(made_once: Settings) -> Settings:
    """Settings of the shared home, whose server runs whatever the test before did to it."""
    server.up(made_once)
    return made_once
