"""The simulated community that a run without paths uses.

What flows through: a plan in, a folder of landing files out.
Belongs here: where that folder lies and that it is whole. Does not belong here: how people behave.
"""

from __future__ import annotations

import dataclasses
import shutil
from datetime import UTC, datetime, timedelta
from pathlib import Path

from loaders.settings import Settings
from loaders.simulation import SimulationPlan, write


def simulated_folder(settings: Settings) -> Path:
    """Name the folder of the home's own simulated community.

    Args:
        settings: Whose home.

    Returns:
        The folder, which need not be there yet.
    """
    return settings.home / "simulated"


def recent_community() -> SimulationPlan:
    """Plan the community that a run shows: the usual one, but fresh, its last date yesterday.

    Returns:
        The plan.
    """
    plan = SimulationPlan()
    return dataclasses.replace(plan, start=datetime.now(UTC).date() - timedelta(days=plan.days))


def write_community(plan: SimulationPlan, folder: Path) -> list[Path]:
    """Write a community's files.

    Args:
        plan: Who, how many, how long.
        folder: Where to; a new folder appears when it is whole, so that one cut short by an
            interruption is never taken for a community.

    Returns:
        The files, in the order in which they should land.
    """
    if folder.exists():
        return write(plan, folder)
    unfinished = folder.with_name(f"{folder.name}.unfinished")
    shutil.rmtree(unfinished, ignore_errors=True)
    files = write(plan, unfinished)
    unfinished.rename(folder)
    return [folder / file.name for file in files]
