"""What has landed and is in no model yet.

What flows through: settings in, the newest load that waits for a build out.
Belongs here: the question. Does not belong here: asking for a run (`defs.sensors`), building.
"""

from __future__ import annotations

import psycopg

from loaders.settings import Settings

IS_THERE = "select to_regclass(%s) is not null"
NEWEST = "select max(landing_order) from raw.loads"
# As far as the model that is furthest behind: a build may have died half-way.
BUILT_THROUGH = """
    select coalesce(min(builds.landed_through), 0)
    from intermediate.watermarks
    inner join intermediate.builds using (build_id)
"""


def newest_unbuilt_load(settings: Settings) -> int | None:
    """Find the load that became visible last, where a model has not followed it.

    Args:
        settings: The warehouse, up.

    Returns:
        Its landing order; nothing where every model has followed every load.
    """
    with psycopg.connect(settings.conninfo()) as connection:
        newest = _number(connection, "raw.loads", NEWEST)
        built_through = _number(connection, "intermediate.watermarks", BUILT_THROUGH)
    return newest if newest > built_through else None


def _number(connection: psycopg.Connection, relation: str, query: str) -> int:
    (is_there,) = next(iter(connection.execute(IS_THERE, [relation])))
    found = connection.execute(query.encode()).fetchone() if is_there else None
    return int(found[0] or 0) if found else 0
