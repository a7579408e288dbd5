"""What analysts see of a whole community: no place of few people, and nobody's name.

The folding is computed a second time in plain Python, from the marts' own rows.
"""

from collections import Counter, defaultdict
from collections.abc import Hashable, Iterable, Iterator
from pathlib import Path
from typing import Any

import pytest

from loaders.pipeline import load
from loaders.settings import Settings
from loaders.simulation import SimulationPlan, write
from tests.dbt_in_process import DbtInProcess
from tests.integration.conftest import Query
from tests.integration.marts import Rows, query_of

LEAST = 5
OTHER = "other"
# The others leave columns out, and fold nothing.
VIEWS = ("content_analytics", "user_sessions", "users", "user_interactions_daily", "events")
VIEWS_OF_CONTENTS = """
    select content_id, content_type, viewer_key, country, city
    from intermediate.int_content_events
    where is_view and is_processed
"""


@pytest.fixture
def query(database: Settings, dbt: DbtInProcess, tmp_path: Path) -> Query:
    """Queries of a warehouse that holds a community."""
    files = write(SimulationPlan(users=60, days=6), tmp_path)
    load([str(path) for path in files], database)
    views = [f"+analyst_{name}" for name in VIEWS]
    dbt.build(database, "--exclude-resource-type", "test", "unit_test", "--select", *views)
    return query_of(database)


def test_analysts_see_no_place_of_few_people_and_no_name(query: Query) -> None:
    assert_sessions_are_folded(query)
    assert_users_are_folded(query)
    assert_contents_are_folded(query)
    assert_nobody_is_named(query)


def assert_sessions_are_folded(query: Query) -> None:
    sessions = query("select * from marts.user_sessions")
    parts = ("country", "region", "city")
    people = {
        part: many((path(one, parts[: depth + 1]), one["user_id"] or one["id"]) for one in sessions)
        for depth, part in enumerate(parts)
    }
    shown = {one["id"]: one for one in query("select * from analyst.user_sessions")}
    assert len(shown) == len(sessions)
    for one in sessions:
        for depth, part in enumerate(parts):
            kept = path(one, parts[: depth + 1]) in people[part]
            assert shown[one["id"]][part] == folded(one[part], kept), one
    assert_both_happen(one["city"] for one in shown.values())


def assert_users_are_folded(query: Query) -> None:
    users = query("select * from marts.users")
    shown = {one["id"]: one for one in query("select * from analyst.users")}
    assert len(shown) == len(users)
    for part in ("country_code", "timezone"):
        people = many((one[part], one["id"]) for one in users)
        for one in users:
            assert shown[one["id"]][part] == folded(one[part], one[part] in people), one
        assert_both_happen(one[part] for one in shown.values())


def assert_contents_are_folded(query: Query) -> None:
    events = query(VIEWS_OF_CONTENTS)
    for part, listed in (("country", "top_countries"), ("city", "top_cities")):
        expected = folded_contents(events, part)
        shown = {
            (one["content_type"], one["content_id"]): one[listed]
            for one in query("select * from analyst.content_analytics")
        }
        assert {content: places for content, places in shown.items() if places} == expected
    assert_both_happen(
        place["country"]
        for places in folded_contents(events, "country").values()
        for place in places
    )


def folded_contents(events: Rows, part: str) -> dict[Any, list[dict[str, Any]]]:
    views = [
        ((one["content_type"], one["content_id"]), one[part], one["viewer_key"])
        for one in events
        if one[part] is not None
    ]
    people = many(((content, place), viewer) for content, place, viewer in views if viewer)
    counts: dict[Any, Counter[str]] = defaultdict(Counter)
    for content, place, _ in views:
        counts[content][place if (content, place) in people else OTHER] += 1
    return {
        content: [
            {part: place, "views": number}
            for place, number in sorted(places.items(), key=lambda one: (-one[1], one[0].encode()))[
                :10
            ]
        ]
        for content, places in counts.items()
    }


def assert_nobody_is_named(query: Query) -> None:
    people = query("select username, email, user_ref from marts.users")
    names = {name for one in people for name in one.values() if name}
    assert len(names) > len(people)
    for view in VIEWS:
        rows = query(f"select * from analyst.{view}")
        assert rows, view
        told = {value for one in rows for value in one.values() if isinstance(value, str)}
        assert not told & names, view


def many(people: Iterable[tuple[Hashable, Hashable]]) -> set[Hashable]:
    """The places that enough different people stand behind."""
    behind: dict[Hashable, set[Hashable]] = defaultdict(set)
    for place, person in people:
        behind[place].add(person)
    return {place for place, persons in behind.items() if len(persons) >= LEAST}


def path(row: dict[str, Any], parts: Iterable[str]) -> tuple[Any, ...]:
    return tuple(row[part] for part in parts)


def folded(place: str | None, kept: bool) -> str | None:
    return place if kept or place is None else OTHER


def assert_both_happen(places: Iterator[str | None]) -> None:
    found = set(places)
    assert OTHER in found
    assert found - {OTHER, None}
