"""The Dagster graph, one concept a module; `orchestration.definitions` puts them together."""
