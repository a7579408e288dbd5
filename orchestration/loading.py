"""What the loader did, told: for people, for machines, for Dagster.

What flows through: paths in and a bar meanwhile; lines, JSON or facts about each file out.
Belongs here: the words. Does not belong here: reading or landing (`loaders`).
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

from loaders.landing_folder import land_waiting
from loaders.pipeline import LoadSummary, Progress, load
from loaders.settings import Settings
from orchestration.terminal import Stages


def load_with_bars(
    paths: Sequence[str], settings: Settings, stages: Stages, workers: int = 1
) -> LoadSummary:
    """Land files, a bar each.

    Args:
        paths: Files, folders, patterns, or `-`; none means what waits in the landing folder.
        settings: The warehouse, up.
        stages: Where to show the bars.
        workers: How many processes share the paths.

    Returns:
        What became of each file.
    """

    def show(progress: Progress) -> None:
        name = Path(progress.file_name).name
        stages.reach(name, progress.bytes_read, progress.bytes_total)
        stages.note(name, f"{progress.records_read:,} records")

    return load(paths, settings, show, workers) if paths else land_waiting(settings, show)


def as_json(summary: LoadSummary) -> str:
    """Spell a summary as one JSON object.

    Args:
        summary: What the loader returned.
    """
    return json.dumps(
        {
            "records_read": summary.records_read,
            "events_landed": summary.events_landed,
            "entities_landed": summary.entities_landed,
            "records_rejected": summary.records_rejected,
            "files_refused": summary.files_refused,
            "files": facts(summary),
        }
    )


def facts(summary: LoadSummary) -> list[dict[str, Any]]:
    """Spell each file's outcome with plain values.

    Args:
        summary: What the loader returned.

    Returns:
        One mapping a file, keyed as `FileOutcome` is.
    """
    return [asdict(one) | {"status": one.status.value} for one in summary.files]


def told(files: Iterable[Mapping[str, Any]]) -> list[str]:
    """Say in one line what became of each file.

    Args:
        files: Facts about them.
    """
    return [f"{file['file_name']}: {fate(file)}" for file in files]


def fate(file: Mapping[str, Any]) -> str:
    """Say what became of one file.

    Args:
        file: Facts about it.
    """
    if file["status"] == "already_landed":
        return "landed before, left alone"
    if file["status"] == "refused":
        return f"refused: {file['reason']}"
    counts = {
        "events": file["events_landed"],
        "entities": file["entities_landed"],
        "rejected": file["records_rejected"],
    }
    parts = ", ".join(f"{count:,} {what}" for what, count in counts.items() if count)
    return f"{parts or 'nothing'} of {file['records_read']:,} records"
