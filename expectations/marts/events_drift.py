"""The suite over the distributions of `marts.events`: are they those of the weeks before.

What flows through: one frozen suite, with a row a category. Belongs here: rules over the last 7
dates against the 28 before. Does not belong here: how many events there are (`events_dates`).
"""

from __future__ import annotations

from expectations.marts.window import LAST_DATE, events_of_last_dates
from expectations.rules import Suite, warning

# Population stability index from which a distribution has shifted (Siddiqi 2006, Credit Risk
# Scorecards: below 0.1 stable, above 0.25 another population).
SHIFTED = 0.25
RECENT_DATES, PRECEDING_DATES = 7, 28
# Each side needs so many events, and the preceding one so many dates, before a shift is more than
# chance; categories below one in a hundred are taken together for the same reason.
LEAST_EVENTS, LEAST_DATES, LEAST_SHARE = 1000, 14, 0.01
DIMENSIONS = {
    "platform": ("platforms_are_stable", "clients of one platform are silent, or name it anew"),
    "country": ("countries_are_stable", "a region is cut off, or the look-up of addresses broke"),
    "event_name": ("event_names_are_stable", "a producer is silent, in a loop, or was released"),
}

EVENTS_DRIFT = Suite(
    name="marts_events_drift",
    schema="marts",
    table="events",
    # One pass over the events; a row a category, those that shifted most first.
    rows=f"""
        with
        counted as (
            select
                date,
                date > {LAST_DATE} - {RECENT_DATES} as is_recent,
                platform::text as platform,
                country,
                event_name,
                count(*) as events
            from marts.events
            where
                {events_of_last_dates(RECENT_DATES + PRECEDING_DATES)}
                and status = 'processed'
            group by 1, 2, 3, 4, 5
        ),
        enough as (
            select count(distinct date) filter (where not is_recent) >= {LEAST_DATES} as dates
            from counted
        ),
        named as (
            select
                named.dimension,
                named.category,
                coalesce(sum(counted.events) filter (where counted.is_recent), 0) as events,
                coalesce(sum(counted.events) filter (where not counted.is_recent), 0)
                    as events_before
            from counted
            cross join lateral (
                values
                ('platform', counted.platform),
                ('country', counted.country),
                ('event_name', counted.event_name)
            ) as named (dimension, category)
            where named.category is not null
            group by 1, 2
        ),
        pooled as (
            select
                dimension,
                case
                    when
                        events + events_before
                        >= {LEAST_SHARE} * sum(events + events_before) over (partition by dimension)
                        then category
                    else 'others'
                end as category,
                events,
                events_before
            from named
        ),
        categories as (
            select
                dimension,
                category,
                sum(events) as events,
                sum(events_before) as events_before,
                sum(events) / nullif(sum(sum(events)) over by_dimension, 0) as share,
                sum(events_before) / nullif(sum(sum(events_before)) over by_dimension, 0)
                    as share_before,
                least(
                    sum(sum(events)) over by_dimension, sum(sum(events_before)) over by_dimension
                ) >= {LEAST_EVENTS} as is_enough
            from pooled
            group by 1, 2
            window by_dimension as (partition by dimension)
        ),
        shifts as (
            select
                categories.*,
                -- a category that is new, or gone, counts as one in ten thousand
                (share - share_before)
                * ln(greatest(share, 0.0001) / greatest(share_before, 0.0001)) as shift
            from categories
            cross join enough
            where categories.is_enough and enough.dates
        )
        select
            dimension,
            category,
            round(share, 4) as share,
            round(share_before, 4) as share_before,
            case when dimension = 'platform' then sum(shift) over by_dimension end as platform_psi,
            case when dimension = 'country' then sum(shift) over by_dimension end as country_psi,
            case when dimension = 'event_name' then sum(shift) over by_dimension end
                as event_name_psi
        from shifts
        window by_dimension as (partition by dimension)
        order by shift desc
    """,
    shows=("category", "share", "share_before"),
    rules=tuple(
        warning(
            name,
            f"The shares of {dimension} in the last {RECENT_DATES} dates are not those of the "
            f"{PRECEDING_DATES} before (population stability index above {SHIFTED}): {what}.",
            "ExpectColumnValuesToBeBetween",
            column=f"{dimension}_psi",
            max_value=SHIFTED,
        )
        for dimension, (name, what) in DIMENSIONS.items()
    ),
)
