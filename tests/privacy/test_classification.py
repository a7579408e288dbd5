"""The database has no column that the project's YAML does not list, and hence does not classify."""

import psycopg

from loaders.settings import Settings
from tests.dbt_in_process import DbtInProcess

COLUMNS = """
    select nspname || '.' || relname, attname
    from pg_attribute
    inner join pg_class on pg_class.oid = attrelid
    inner join pg_namespace on pg_namespace.oid = relnamespace
    where attnum > 0 and not attisdropped and relkind in ('r', 'p', 'v', 'm')
"""


def test_every_column_of_every_relation_is_listed(database: Settings, dbt: DbtInProcess) -> None:
    dbt.build(database, "--empty", "--exclude-resource-type", "test", "unit_test")
    with psycopg.connect(database.conninfo()) as connection:
        there = set(connection.execute(COLUMNS))

    nodes = (*dbt.manifest.nodes.values(), *dbt.manifest.sources.values())
    listed = {
        f"{node.schema}.{node.identifier}": set(node.columns)
        for node in nodes
        if node.resource_type in ("model", "seed", "source")
    }
    assert set(listed) <= {relation for relation, _ in there}
    unlisted = sorted(one for one in there if one[1] not in listed.get(one[0], {one[1]}))
    assert not unlisted, "list these columns in the YAML beside their model, with meta.pii"
