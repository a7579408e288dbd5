"""The numbers of every chart, against a second reading of the files that landed."""

from collections import Counter
from datetime import UTC, datetime, timedelta

import psycopg
import pytest

from dashboards.model import Answer
from dashboards.pages import PAGES, data_quality, engagement, experiments
from dashboards.queries import ask, text_of
from loaders.roles import Role
from loaders.settings import Settings
from orchestration.quality_answers import JUDGED, quality_answers
from tests.dashboards.conftest import World
from tests.dashboards.readings import READINGS, Reading, Rows, comparable
from tests.dashboards.settling import settling
from tests.oracle import read_records

Answers = dict[str, dict[str, Answer]]

# Read in tests of their own below: statistics, and what analysts do not see.
READ_BELOW = {
    ("experiments", "verdicts"),
    ("experiments", "effects"),
    ("experiments", "over_time"),
    *(("data_quality", query) for query in data_quality.page.supplied),
}


def rows_of(answer: Answer) -> Rows:
    return [dict(zip(answer.columns, row, strict=True)) for row in answer.rows]


def chosen(rows: Rows, like: Rows) -> Rows:
    return [{column: row[column] for column in like[0]} for row in rows]


def test_every_query_is_read_a_second_time() -> None:
    asked = {(page.name, query) for page in PAGES for query in page.queries}
    assert asked == READINGS.keys() | READ_BELOW


@pytest.mark.parametrize("which", READINGS, ids="-".join)
def test_an_answer_equals_its_reading(
    answers: Answers, world: World, which: tuple[str, str]
) -> None:
    page, query = which
    expected = READINGS[which](Reading(world.marts, world.as_of))
    assert expected, "the community has nothing of it"
    assert comparable(chosen(rows_of(answers[page][query]), expected)) == comparable(expected)


def test_effects_are_those_of_the_mart(answers: Answers, world: World) -> None:
    found = rows_of(answers["experiments"]["effects"])
    names = {row["id"]: row["name"] for row in world.ask("select * from marts.experiments")}
    expected = [
        {column: row.get(column) for column in found[0]}
        | {"experiment": names[row["experiment_id"]], "metric": row["metric_name"]}
        for row in world.ask("select * from marts.experiment_results where not is_control")
    ]
    assert comparable(found) == comparable(expected)


def test_the_effect_over_time_is_that_of_users_and_events_up_to_each_date(
    answers: Answers, world: World
) -> None:
    found = rows_of(answers["experiments"]["over_time"])
    expected = settling(world.files, world.as_of)
    assert {row["metric"] for row in expected} >= {"liked", "shared"}
    assert comparable(found) == comparable(expected)


def test_a_course_that_is_shown_in_part_counts_what_happened_before(world: World) -> None:
    text = text_of(experiments.page, "over_time", "UTC")
    assert text.count("- 365") == 1
    with psycopg.connect(world.settings.as_role(Role.ANALYST).conninfo()) as connection:
        found = rows_of(ask(connection, text.replace("- 365", "- 10")))
    since = world.as_of - timedelta(days=10)
    expected = [row for row in settling(world.files, world.as_of) if row["date"] >= since]
    assert comparable(found) == comparable(expected)


def test_what_arrived_and_was_turned_away_is_what_the_files_hold(
    answers: Answers, world: World
) -> None:
    events, entities, rejected = read_records(world.files)
    (loads,) = rows_of(answers["data_quality"]["loads"])
    assert loads["loads"] == len(world.files)
    assert (loads["events"], loads["entities"]) == (len(events), len(entities))
    assert loads["rejected"] == len(rejected)
    reasons = Counter(one.reason for one in rejected)
    rows = rows_of(answers["data_quality"]["rejects"])
    assert {row["reason"]: row["records"] for row in rows} == reasons


def test_freshness_tells_the_newest_of_each(answers: Answers, world: World) -> None:
    told = {row["what"]: row["at"] for row in rows_of(answers["data_quality"]["freshness"])}
    moments = world.ask(
        "select (select max(landed_at) from raw.loads) as a,"
        " (select max(started_at) from intermediate.builds) as b"
    )[0]
    newest = max(event.at for event in read_records(world.files)[0])
    assert list(told.values()) == [minute(one) for one in (moments["a"], moments["b"], newest)]


def minute(at: datetime) -> str:
    return f"{at.astimezone(UTC):%Y-%m-%d %H:%M} UTC"


def test_a_warehouse_that_was_never_judged_has_no_checks(answers: Answers) -> None:
    assert answers["data_quality"]["failing"].rows == ()
    for query, columns in JUDGED.items():
        assert answers["data_quality"][query].columns == columns
        assert answers["data_quality"][query].rows == ()


EXECUTIONS = """
    create schema dagster;
    create table dagster.asset_check_executions (
        id bigint generated always as identity,
        asset_key text,
        check_name text,
        execution_status text,
        evaluation_event text,
        evaluation_event_timestamp timestamp,
        evaluation_event_storage_id bigint
    );
    insert into dagster.asset_check_executions (
        asset_key, check_name, execution_status, evaluation_event_storage_id,
        evaluation_event_timestamp
    )
    values
    ('["marts", "users"]', 'mended', 'FAILED', 1, '2024-01-09'),
    ('["marts", "users"]', 'mended', 'SUCCEEDED', 2, '2024-01-10'),
    ('["marts", "events"]', 'mended', 'FAILED', 6, '2024-01-09'),
    ('["marts", "events"]', 'mended', 'SUCCEEDED', 7, '2024-01-10'),
    ('["marts", "users"]', 'broken', 'SUCCEEDED', 3, '2024-01-09'),
    ('["marts", "users"]', 'broken', 'FAILED', 4, '2024-01-10'),
    ('["marts", "users"]', 'broken', 'PLANNED', null, null),
    ('["raw", "events"]', 'holds', 'SUCCEEDED', 5, '2024-01-10'),
    ('["raw", "events"]', 'forgotten', 'FAILED', 0, '2024-01-01')
"""


def test_checks_count_by_their_last_outcome_of_the_week(database: Settings) -> None:
    with psycopg.connect(database.conninfo()) as connection:
        for statement in EXECUTIONS.split(";"):
            connection.execute(statement.encode())
        answer = ask(connection, text_of(data_quality.page, "checks", "UTC"))
    assert answer.rows == (("marts", 2, 1), ("raw", 1, 0))


TABLES = """
    create schema marts;
    create schema analyst;
    create table marts.experiments (
        id uuid default gen_random_uuid(), experiment_ref text, name text, status text,
        start_date timestamptz, end_date timestamptz, statistical_significance numeric,
        winning_variant text, srm_p_value numeric, contaminated_users bigint
    );
    create table marts.experiment_results (
        experiment_id uuid, metric_name text, metric_position integer, variant text,
        is_control boolean, lift float, lift_ci_low float, lift_ci_high float,
        p_value_adjusted float, power float
    );
    create table analyst.experiment_assignments (experiment_id uuid, is_contaminated boolean);
    insert into marts.experiments
        (experiment_ref, name, statistical_significance, winning_variant, srm_p_value)
    values
    ('mismatch', null, 0.01, null, 0.0009),
    ('kept', null, 0.01, 'control', 0.5),
    ('won', 'Twice', 0.01, 'bold', 0.5),
    ('unknown', 'Twice', null, null, null),
    ('equal', null, 0.6, null, 0.001);
    insert into marts.experiment_results
    select id, 'liked', 2, 'late', false, 9, 9, 9, 0.0001, 0.9 from marts.experiments
    union all
    select id, 'shared', 1, 'bold', false, 0.123, 0.05, 0.2, 0.01, 0.256 from marts.experiments
    union all
    select id, 'shared', 1, 'quiet', false, 0.5, 0.4, 0.6, 0.02, 0.9 from marts.experiments
    union all
    select id, 'shared', 1, 'control', true, null, null, null, null, null from marts.experiments
"""
VERDICTS = {
    "mismatch": "Not to be trusted: users were not split as planned (sample ratio mismatch), so"
    " whatever differs may come from that.",
    "kept": "Keep control: what was tried instead is worse on shared.",
    "Twice · won": "bold wins on shared: +12.3 %, surely between +5.0 and +20.0 %.",
    "Twice · unknown": "Nothing can be said yet.",
    "equal": "No difference found on shared; had there been one of 5 %, it would have been found"
    " in 26 of 100 such experiments.",
}


def test_verdicts_are_told_in_words(database: Settings) -> None:
    with psycopg.connect(database.conninfo()) as connection:
        for statement in TABLES.split(";"):
            connection.execute(statement.encode())
        answer = ask(connection, text_of(experiments.page, "verdicts", "UTC"))
    assert {row["experiment"]: row["verdict"] for row in rows_of(answer)} == VERDICTS


def test_dates_are_those_of_the_reporting_zone(world: World) -> None:
    """A zone ahead of UTC moves the sessions of its small hours to the next date."""
    with psycopg.connect(world.settings.conninfo()) as connection:
        in_utc, ahead = (
            ask(connection, text_of(engagement.page, "sessions", zone))
            for zone in ("UTC", "Pacific/Kiritimati")
        )
    assert ahead.columns == in_utc.columns
    assert ahead.rows != in_utc.rows
    assert "'Pacific/Kiritimati'" in ahead.sql


def test_what_others_supply_is_all_that_is_asked_of_them(world: World) -> None:
    assert quality_answers(world.settings, "UTC").keys() == data_quality.page.supplied
