"""The suite over `marts.community_analytics`: do communities grow and shrink like ones.

What flows through: one frozen suite. Belongs here: rules over the last 31 dates.
Does not belong here: that members carry over from row to row, a dbt test.
"""

from __future__ import annotations

from expectations.rules import Suite, critical, warning

COMMUNITY_ANALYTICS = Suite(
    name="marts_community_analytics",
    schema="marts",
    table="community_analytics",
    rows="""
        select
            id,
            date,
            members_before + new_members - members_left as fewest_members_possible,
            -- few members double in a day without anything being wrong
            case when members_before >= 50 then growth_rate end as growth_rate,
            case when members_count >= 50 then engagement_rate end as engagement_rate
        from marts.community_analytics
        where date > (select max(date) from marts.community_analytics) - 31
    """,
    shows=("id", "date"),
    rules=(
        critical(
            "only_members_leave",
            "More users left a community than were members before or joined on the date: leaves "
            "were applied twice, or joins lost (int_states_current).",
            "ExpectColumnValuesToBeBetween",
            column="fewest_members_possible",
            min_value=0,
        ),
        warning(
            "communities_grow_slowly",
            "A community of 50 members or more doubled or halved from one of its rows to the "
            "next: bots join, or memberships of an archive landed at once.",
            "ExpectColumnValuesToBeBetween",
            column="growth_rate",
            min_value=-0.5,
            max_value=1,
        ),
        warning(
            "members_are_the_active_ones",
            "In more than 10 % of the rows of larger communities more users are active than are "
            "members: community_join events are missing.",
            "ExpectColumnValuesToBeBetween",
            column="engagement_rate",
            max_value=1,
            mostly=0.9,
        ),
    ),
)
