"""Runs, events and ticks, kept in the warehouse's own PostgreSQL, in a schema of their own.

What flows through: the environment in, since `dagster.yaml` cannot know the address and must not
know the password; Dagster's storage on that server out. Where the server is the embedded one,
whoever connects and finds it gone starts it again, so a daemon goes on by itself.
Belongs here: the connection. Does not belong here: what is stored (`dagster_postgres`).
"""

from __future__ import annotations

from typing import Any

import psycopg
from dagster._serdes import ConfigurableClassData
from dagster_postgres import DagsterPostgresStorage
from psycopg2 import OperationalError
from sqlalchemy import Engine, event, make_url
from sqlalchemy.dialects import plugins
from sqlalchemy.engine import URL, CreateEnginePlugin, Dialect

from loaders import server
from loaders.settings import Settings

SCHEMA = "dagster"
PLUGIN = "chhimeki_server"
# Two processes that create one schema at once would collide.
TAKE_TURNS = "select pg_advisory_xact_lock(hashtextextended('chhimeki dagster schema', 0))"


class WarehouseStorage(DagsterPostgresStorage):
    """Dagster's storage in PostgreSQL, at the address that the environment names."""

    @classmethod
    def config_type(cls) -> dict[str, Any]:  # type: ignore[override]
        """Say that `dagster.yaml` configures nothing."""
        return {}

    @classmethod
    def from_config_value(  # type: ignore[override]
        cls,
        inst_data: ConfigurableClassData | None,
        config_value: dict[str, Any],  # noqa: ARG003
    ) -> WarehouseStorage:
        """Make the storage, on a server that is up.

        Args:
            inst_data: The class as `dagster.yaml` names it.
            config_value: Nothing.
        """
        settings = Settings.from_environment()
        server.up(settings)
        with psycopg.connect(settings.conninfo()) as connection:
            connection.execute(TAKE_TURNS)
            connection.execute(f"create schema if not exists {SCHEMA}")
        url = storage_url(settings).render_as_string(hide_password=False)
        return cls(postgres_url=url, inst_data=inst_data)


def storage_url(settings: Settings) -> URL:
    """Spell the connection to the schema.

    Args:
        settings: The warehouse.
    """
    return make_url(settings.sqlalchemy_url()).update_query_dict(
        {"options": f"-csearch_path={SCHEMA}", "application_name": "dagster", "plugin": PLUGIN}
        | ({"sslmode": "disable"} if settings.embedded else {})
    )


class Revival(CreateEnginePlugin):
    """Brings the embedded server up again when a connection finds it gone."""

    def __init__(self, url: URL, kwargs: dict[str, Any]) -> None:
        super().__init__(url, kwargs)
        self._settings = Settings.from_environment()

    def update_url(self, url: URL) -> URL:
        """Leave the URL as it is; only SQLAlchemy's own `plugin` was for us."""
        return url

    def handle_pool_kwargs(self, pool_cls: type[Any], pool_args: dict[str, Any]) -> None:  # noqa: ARG002
        """Let a pool notice that its connections are of a server that has been killed."""
        pool_args["pre_ping"] = True

    def engine_created(self, engine: Engine) -> None:
        """Stand between the engine and the server."""
        event.listen(engine, "do_connect", self._connect)

    def _connect(
        self, dialect: Dialect, _record: object, arguments: list[Any], keywords: dict[str, Any]
    ) -> object:
        try:
            return dialect.connect(*arguments, **keywords)
        except OperationalError:
            if not self._settings.embedded:
                raise
            server.up(self._settings)
            return dialect.connect(*arguments, **keywords)


plugins.register(PLUGIN, __name__, Revival.__name__)
