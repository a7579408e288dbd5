"""A seeded simulator of a small community, to have something to load.

What flows through: a `SimulationPlan` in, landing records out, with all the dirt of real
deliveries. It knows the shape of records and nothing of how they are loaded or counted.
"""

from __future__ import annotations

from loaders.simulation.files import simulate, write
from loaders.simulation.plan import SimulationPlan

__all__ = ["SimulationPlan", "simulate", "write"]
