"""The analysis of experiments on the database: what is touched is made anew, in one transaction.

What flows through: sums that dbt left in schema intermediate in, rows of schema analysis out, which
dbt reads.
Belongs here: reading, writing, and which experiments are touched. Does not belong here: a number.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING
from uuid import UUID

import psycopg
from psycopg import sql

from loaders.errors import ChhimekiError
from loaders.settings import Settings

if TYPE_CHECKING:
    import pandas as pd

ANALYSES = sql.Identifier("analysis", "experiment_analyses")
RESULTS = sql.Identifier("analysis", "experiment_results")

# News since an experiment's analysis; besides, whatever is there and not told of, or told of and no
# longer there: all is null on one side of a full join.
TOUCHED = """
    with inputs as (
        select experiment_id, build_id, 0 as users, 0 as contaminated_users
        from intermediate.int_experiments_profiled
        union all
        select experiment_id, build_id, users, contaminated_users
        from intermediate.int_experiment_variants_counted
        union all
        select experiment_id, build_id, 0, 0
        from intermediate.int_experiment_statistics
    ),

    experiments as (
        select
            experiment_id,
            max(build_id) as build_id,
            sum(users) as users,
            sum(contaminated_users) as contaminated_users
        from inputs
        group by experiment_id
    )

    select experiment_id
    from experiments
    full join analysis.experiment_analyses as analyses using (experiment_id)
    where
        experiments.build_id > analyses.build_id
        or experiments.users is distinct from analyses.users
        or experiments.contaminated_users is distinct from analyses.contaminated_users
    union
    select experiment_id
    from intermediate.int_experiment_statistics as statistics
    full join analysis.experiment_results as results
        using (experiment_id, metric_name, variant)
    where statistics.build_id is null or results.build_id is null
"""
EXPERIMENTS = """
    select experiment_id, profiles.variants, profiles.traffic_allocation
    from (
        select experiment_id from intermediate.int_experiments_profiled
        union
        select experiment_id from intermediate.int_experiment_variants_counted
    ) as known
    left join intermediate.int_experiments_profiled as profiles using (experiment_id)
    where experiment_id = any(%s)
"""
COUNTS = """
    select experiment_id, variant, users, contaminated_users
    from intermediate.int_experiment_variants_counted
    where experiment_id = any(%s)
"""
STATISTICS = """
    select
        experiment_id,
        metric_name,
        metric_position,
        metric_type,
        variant,
        users,
        sum_y,
        sum_y_squared,
        sum_x,
        sum_x_squared,
        sum_xy
    from intermediate.int_experiment_statistics
    where experiment_id = any(%s)
    order by experiment_id, metric_position, variant collate "C"
"""


class NotBuiltError(ChhimekiError):
    """The models that the analysis reads are not there."""


@dataclass(frozen=True)
class Analysed:
    """What an analysis did.

    Attributes:
        experiments: Number of experiments analysed anew, those that are gone included.
        results: Number of rows written about variants of metrics.
    """

    experiments: int
    results: int


def analyse_touched(settings: Settings) -> Analysed:
    """Analyse the experiments with news since they were last analysed; the others stay.

    Nobody may build meanwhile (`orchestration.warehouse.only_build`).

    Args:
        settings: The warehouse, up.

    Returns:
        How much there was to do.

    Raises:
        NotBuiltError: The models before the analysis have not been built.
    """
    with psycopg.connect(settings.conninfo()) as connection:
        connection.isolation_level = psycopg.IsolationLevel.REPEATABLE_READ
        try:
            touched = [row[0] for row in connection.execute(TOUCHED)]
        except psycopg.errors.UndefinedTable as error:
            raise NotBuiltError(
                "There is nothing to analyse experiments by yet; `chhimeki build` builds it."
            ) from error
        return _replace(connection, touched) if touched else Analysed(0, 0)


def _replace(connection: psycopg.Connection, touched: Sequence[UUID]) -> Analysed:
    # Importing the statistics takes a second, and most builds touch no experiment.
    from orchestration.experimentation.analysis import analyse, summarize  # noqa: PLC0415

    experiments = _frame(connection, EXPERIMENTS, touched)
    analyses = summarize(experiments, _frame(connection, COUNTS, touched))
    results = analyse(experiments, _frame(connection, STATISTICS, touched))
    (build_id,) = next(iter(connection.execute("select max(build_id) from intermediate.builds")))
    for table, rows in ((ANALYSES, analyses), (RESULTS, results)):
        delete = sql.SQL("delete from {} where experiment_id = any(%s)").format(table)
        connection.execute(delete, [list(touched)])
        _insert(connection, table, rows.assign(build_id=build_id))
    return Analysed(len(touched), len(results))


def _frame(connection: psycopg.Connection, query: str, touched: Sequence[UUID]) -> pd.DataFrame:
    import pandas as pd  # noqa: PLC0415

    found = connection.execute(query, [list(touched)])
    columns = [column.name for column in found.description or ()]
    # As objects: pandas would make NaN of a null, and floats of exact sums.
    return pd.DataFrame(found.fetchall(), columns=columns, dtype=object)


def _insert(connection: psycopg.Connection, table: sql.Identifier, rows: pd.DataFrame) -> None:
    columns = sql.SQL(", ").join(map(sql.Identifier, rows.columns))
    copy = sql.SQL("copy {} ({}) from stdin").format(table, columns)
    with connection.cursor() as cursor, cursor.copy(copy) as sink:
        for row in rows.astype(object).itertuples(index=False, name=None):
            sink.write_row(row)
