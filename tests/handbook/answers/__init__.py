"""What the handbook's questions should be answered with, computed in plain Python.

What flows through: the oracle's reading of the landing files in, rows as the query should give them
out. It shares no SQL with the handbook. A module here answers for a section of it.
"""

from __future__ import annotations

from . import content, experiments, growth, origins, pitfalls, platform, ties, visits
from .community import ANSWERS, Community

__all__ = [
    "ANSWERS",
    "Community",
    "content",
    "experiments",
    "growth",
    "origins",
    "pitfalls",
    "platform",
    "ties",
    "visits",
]
