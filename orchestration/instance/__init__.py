"""Dagster's instance: where runs are kept, and how a dead one is told from a living one.

What flows through: the environment in; the storage and the launcher that `dagster.yaml` names out.
Belongs here: what Dagster loads by name. Does not belong here: the graph (`defs`), the folders and
variables (`orchestration.state`).
"""
