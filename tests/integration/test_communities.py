"""Communities, by numbers worked out by hand: what late news does to dates built before.

Each test lands a few events, builds, lands late ones, builds again, and compares the rows with
numbers written here and with a full refresh. Random communities are in `test_laws`; which action of
a pair counts, and the ratios, in the unit tests beside the models.
"""

import re
from typing import Any

from loaders.catalogue import load_catalogue
from loaders.settings import Settings
from tests.dbt_in_process import DbtInProcess
from tests.integration.conftest import Land, Query
from tests.integration.marts import alone, assert_full_refresh_changes_nothing, build

MARTS = ("community_analytics",)
MEMBERS = """
    select
        concat_ws(' ', community_ref, to_char(date, 'MM-DD')) as day,
        array[members_before, new_members, members_left, members_count] as members
    from marts.community_analytics
    order by community_ref, date
"""


def _event(
    at: str, name: str, user: str | None, community: str = "hikers", **data: object
) -> dict[str, Any]:
    return {
        "eventId": f"{at} {name} {user} {community}",
        "eventName": name,
        "timestamp": f"2024-{at}:00Z" if "T" in at else f"2024-{at}T10:00:00Z",
        "userId": user,
        "data": {"communityId": community, **data},
    }


def _join(at: str, user: str, community: str = "hikers") -> dict[str, Any]:
    return _event(at, "community_join", user, community)


def _leave(at: str, user: str, community: str = "hikers") -> dict[str, Any]:
    return _event(at, "community_leave", user, community)


def _post(at: str, user: str | None, community: str = "hikers") -> dict[str, Any]:
    return _event(at, "community_post", user, community, postId=f"post at {at}")


def _members(query: Query) -> dict[str, list[int]]:
    """Members before, new, left and at the end, by community and date."""
    return {row["day"]: row["members"] for row in query(MEMBERS)}


def test_a_membership_change_alters_all_later_members_count(
    database: Settings, dbt: DbtInProcess, query: Query, land: Land
) -> None:
    land([_join("03-01", "asha"), _join("03-05", "bikram"), _post("03-20", "asha")])
    land([_leave("03-07", "asha"), _join("03-09", "asha"), _join("03-05", "dawa", "cooks")])
    build(dbt, database, *alone(*MARTS))
    assert _members(query) == {
        "cooks 03-05": [0, 1, 0, 1],
        "hikers 03-01": [0, 1, 0, 1],
        "hikers 03-05": [1, 1, 0, 2],
        "hikers 03-07": [2, 0, 1, 1],
        "hikers 03-09": [1, 1, 0, 2],
        "hikers 03-20": [2, 0, 0, 2],
    }

    # chandra is a member from the 3rd on; bikram was one before his join of the 5th.
    land([_join("03-03", "chandra"), _join("03-04", "bikram")])
    build(dbt, database, *alone(*MARTS))
    assert _members(query) == {
        "cooks 03-05": [0, 1, 0, 1],
        "hikers 03-01": [0, 1, 0, 1],
        "hikers 03-03": [1, 1, 0, 2],
        "hikers 03-04": [2, 1, 0, 3],
        "hikers 03-05": [3, 0, 0, 3],
        "hikers 03-07": [3, 0, 1, 2],
        "hikers 03-09": [2, 1, 0, 3],
        "hikers 03-20": [3, 0, 0, 3],
    }
    assert_full_refresh_changes_nothing(dbt, database, query, marts=MARTS)


def test_a_late_join_before_a_day_of_joining_and_leaving_takes_its_gain(
    database: Settings, dbt: DbtInProcess, query: Query, land: Land
) -> None:
    # asha joins, leaves and joins again: both counted, and one member more.
    land([_join("03-05T10:00", "asha"), _leave("03-05T11:00", "asha")])
    land([_join("03-05T12:00", "asha"), _post("03-09", "asha")])
    build(dbt, database, *alone(*MARTS))
    assert _members(query) == {"hikers 03-05": [0, 1, 1, 1], "hikers 03-09": [1, 0, 0, 1]}

    # A member by then, she leaves and joins again: both counted still, and no member more.
    land([_join("03-01", "asha")])
    build(dbt, database, *alone(*MARTS))
    assert _members(query) == {
        "hikers 03-01": [0, 1, 0, 1],
        "hikers 03-05": [1, 1, 1, 1],
        "hikers 03-09": [1, 0, 0, 1],
    }
    assert_full_refresh_changes_nothing(dbt, database, query, marts=MARTS)


def test_late_news_that_moves_no_member_stays_on_its_date(
    database: Settings, dbt: DbtInProcess, query: Query, land: Land
) -> None:
    written = "select date::text, xmin::text as version from marts.community_analytics"

    def versions() -> dict[str, str]:
        return {row["date"]: row["version"] for row in query(written)}

    land([_join("03-01", "asha"), _post("03-05", "asha"), _post("03-09", "asha")])
    build(dbt, database, *alone(*MARTS))
    before = versions()
    land([_post("03-05", None), _post("03-07", "bikram")])
    build(dbt, database, *alone(*MARTS))

    after = versions()
    assert sorted(after.keys() - before.keys()) == ["2024-03-07"]
    assert [date for date in sorted(before) if after[date] != before[date]] == ["2024-03-05"]
    counted = "select members_count, active_members, posts_count, total_interactions"
    of_date = f"{counted} from marts.community_analytics where date = %s"
    assert [tuple(row.values()) for row in query(of_date, "2024-03-05")] == [(1, 1, 2, 2)]
    assert [tuple(row.values()) for row in query(of_date, "2024-03-07")] == [(1, 1, 1, 1)]
    assert_full_refresh_changes_nothing(dbt, database, query, marts=MARTS)


def test_a_late_withdrawal_of_consent_takes_a_join_back(
    database: Settings, dbt: DbtInProcess, query: Query, land: Land
) -> None:
    land([_join("03-01", "asha"), _join("03-02", "bikram"), _post("03-03", "asha")])
    land([_leave("03-04", "bikram"), _leave("03-05", "asha"), _join("03-05", "bikram")])
    build(dbt, database, *alone(*MARTS))
    assert _members(query) == {
        "hikers 03-01": [0, 1, 0, 1],
        "hikers 03-02": [1, 1, 0, 2],
        "hikers 03-03": [2, 0, 0, 2],
        "hikers 03-04": [2, 0, 1, 1],
        "hikers 03-05": [1, 1, 1, 1],
    }

    # bikram's events are suppressed until noon of the 3rd: he left what he never joined.
    withdrawn = _event("03-02T09:00", "consent_updated", "bikram", analytics=False)
    granted = _event("03-03T12:00", "consent_updated", "bikram", analytics=True)
    land([granted, withdrawn])
    build(dbt, database, *alone(*MARTS))
    assert _members(query) == {
        "hikers 03-01": [0, 1, 0, 1],
        "hikers 03-03": [1, 0, 0, 1],
        "hikers 03-04": [1, 0, 0, 1],
        "hikers 03-05": [1, 1, 1, 1],
    }
    assert_full_refresh_changes_nothing(dbt, database, query, marts=MARTS)


def test_a_day_ends_at_midnight_of_the_reporting_time_zone(
    database: Settings, dbt: DbtInProcess, query: Query, land: Land
) -> None:
    zone = "Asia/Kathmandu"
    # It is 23:59 there, then midnight.
    land([_join("03-01T18:14", "asha"), _join("03-01T18:15", "bikram")])
    build(dbt, database, *alone(*MARTS), zone=zone)
    land([_leave("03-01T18:16", "asha"), _join("03-02T18:14", "asha")])
    build(dbt, database, *alone(*MARTS), zone=zone)

    assert _members(query) == {"hikers 03-01": [0, 1, 0, 1], "hikers 03-02": [1, 2, 1, 2]}
    assert_full_refresh_changes_nothing(dbt, database, query, zone, MARTS)


def test_every_event_type_that_may_name_a_community_is_counted(dbt: DbtInProcess) -> None:
    macro = dbt.manifest.macros["macro.chhimeki.community_event_names"].macro_sql
    named = {
        event_type.name
        for event_type in load_catalogue().event_types
        if any(field.name == "communityId" for field in event_type.fields)
    }
    assert set(re.findall(r"'(\w+)'", macro)) == named
