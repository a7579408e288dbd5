"""Runs, events and ticks, kept in the warehouse's own PostgreSQL, in a schema of their own.

What flows through: the environment in, since `dagster.yaml` cannot know the address and must not
know the password; Dagster's storage on that server out. Where the server is the embedded one,
whoever connects and finds it gone starts it again, so a daemon goes on by itself.
Belongs here: the connection. Does not belong here: what is stored (`dagster_postgres`).
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from typing import Any

import psycopg
from dagster._serdes import ConfigurableClassData
from dagster_postgres import DagsterPostgresStorage
from sqlalchemy import Engine, create_engine, event, make_url
from sqlalchemy.engine import Dialect

from loaders.embedded import server
from loaders.settings import Settings

# Processes that make one schema or its tables at once collide, and Dagster gives up in the end.
TAKE_TURNS = "select pg_advisory_lock(hashtextextended('chhimeki dagster storage', 0))"
CREATE_SCHEMA = "create schema if not exists dagster"
IDLE_CONNECTIONS = 2
MORE_CONNECTIONS = 20


class WarehouseStorage(DagsterPostgresStorage):
    """Dagster's storage in PostgreSQL, at the address that the environment names."""

    def __init__(self, settings: Settings, inst_data: ConfigurableClassData | None) -> None:
        """Make the schema and its tables where they are not there.

        Args:
            settings: The warehouse.
            inst_data: The class as `dagster.yaml` names it.
        """
        server.up(settings)
        with psycopg.connect(settings.conninfo(), autocommit=True) as connection:
            connection.execute(TAKE_TURNS)
            connection.execute(CREATE_SCHEMA)
            super().__init__(storage_url(settings), inst_data=inst_data)
        # They connect anew for every statement: 20 s for the 1,200 events of a run.
        self._run_storage._engine = _engine(settings)  # noqa: SLF001
        self._event_log_storage._engine = _engine(settings)  # noqa: SLF001
        self._schedule_storage._engine = _engine(settings)  # noqa: SLF001

    @classmethod
    def config_type(cls) -> dict[str, Any]:
        """Say that `dagster.yaml` configures nothing."""
        return {}

    @classmethod
    def from_config_value(
        cls,
        inst_data: ConfigurableClassData | None,
        config_value: Mapping[str, Any],  # noqa: ARG003
    ) -> WarehouseStorage:
        """Make the storage.

        Args:
            inst_data: The class as `dagster.yaml` names it.
            config_value: Nothing.
        """
        return cls(Settings.from_environment(), inst_data)


def storage_url(settings: Settings) -> str:
    """Spell the connection to the schema.

    Args:
        settings: The warehouse.
    """
    url = make_url(settings.sqlalchemy_url()).update_query_dict(
        {"options": "-csearch_path=dagster", "application_name": "dagster"}
    )
    if settings.embedded:  # It speaks no TLS, whatever PGSSLMODE says.
        url = url.update_query_dict({"sslmode": "disable"})
    return url.render_as_string(hide_password=False)


@lru_cache(maxsize=1)
def _engine(settings: Settings) -> Engine:
    """The engine of this process: Dagster makes an instance for every tick of a sensor."""
    engine = create_engine(
        storage_url(settings),
        isolation_level="AUTOCOMMIT",
        pool_size=IDLE_CONNECTIONS,
        max_overflow=MORE_CONNECTIONS,
        pool_pre_ping=True,
    )

    @event.listens_for(engine, "do_connect")
    def _connect(
        dialect: Dialect, _record: object, arguments: list[Any], keywords: dict[str, Any]
    ) -> object:
        try:
            return dialect.connect(*arguments, **keywords)
        except dialect.loaded_dbapi.OperationalError:
            if not settings.embedded:
                raise
            server.up(settings)
            return dialect.connect(*arguments, **keywords)

    return engine
