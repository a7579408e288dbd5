"""What a warehouse needs at night: tidy tables, a short history of runs.

What flows through: settings in; statistics for the planner, space that deleted rows took, out.
Belongs here: the work on what is kept. Does not belong here: what the tables hold.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import psycopg
from dagster import DagsterInstance, DagsterRunStatus, RunsFilter
from psycopg import sql

from loaders.settings import Settings

# A month of failures to look back on. More keeps more rows of events about runs.
RUNS_KEPT = timedelta(days=30)
RUNS_AT_ONCE = 100
ENDED = [DagsterRunStatus.SUCCESS, DagsterRunStatus.FAILURE, DagsterRunStatus.CANCELED]

SCHEMAS = ["raw", "intermediate", "marts", "metrics", "analysis", "dagster", "operations"]
CHANGED = """
    select stats.schemaname, stats.relname
    from pg_stat_user_tables as stats
    inner join pg_class on pg_class.oid = stats.relid
    where
        schemaname = any(%s)
        and relkind in ('r', 'm')
        and n_dead_tup + n_mod_since_analyze + n_ins_since_vacuum > 0
    order by 1, 2
"""
# The server's own vacuum leaves these out, as they hold no rows; the planner needs what they tell.
PARTITIONED = """
    select relnamespace::regnamespace::text, relname
    from pg_class
    where relkind = 'p' and relnamespace::regnamespace::text = any(%s)
    order by 1, 2
"""
# Dagster leaves them behind when it deletes their run.
FORGET_CHECKS = """
    delete from dagster.asset_check_executions
    where
        create_timestamp < %s
        and not exists (
            select from dagster.runs where runs.run_id = asset_check_executions.run_id
        )
"""


def tidy_tables(settings: Settings) -> int:
    """Vacuum and analyze what has changed since that was last done.

    Readers and writers go on meanwhile.

    Args:
        settings: The warehouse, up.

    Returns:
        Number of tables tidied.
    """
    with psycopg.connect(settings.conninfo(), autocommit=True) as connection:
        changed = connection.execute(CHANGED, [SCHEMAS]).fetchall()
        for name in changed:
            connection.execute(sql.SQL("vacuum (analyze) {}").format(sql.Identifier(*name)))
        for name in connection.execute(PARTITIONED, [SCHEMAS]).fetchall():
            connection.execute(sql.SQL("analyze {}").format(sql.Identifier(*name)))
    return len(changed)


def forget_old_runs(
    instance: DagsterInstance, settings: Settings, now: datetime | None = None
) -> int:
    """Delete runs that ended long ago, with their events, logs and outcomes of checks.

    Args:
        instance: Where they are kept.
        settings: The warehouse, up, that the instance is in.
        now: Taken for the present; the clock's time unless given.

    Returns:
        Number of runs deleted.
    """
    before = (now or datetime.now(UTC)) - RUNS_KEPT
    old = RunsFilter(statuses=ENDED, created_before=before)
    deleted = 0
    while runs := instance.get_runs(old, limit=RUNS_AT_ONCE):
        for run in runs:
            instance.compute_log_manager.delete_logs(prefix=[run.run_id])
            instance.delete_run(run.run_id)
        deleted += len(runs)
    with psycopg.connect(settings.conninfo()) as connection:
        connection.execute(FORGET_CHECKS, [before.replace(tzinfo=None)])
    return deleted
