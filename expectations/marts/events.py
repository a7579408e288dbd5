"""The suites over `marts.events`: is what happened usable, and like what happened before.

What flows through: three frozen suites: recent events, their distributions, their dates.
Belongs here: rules over the last 31 dates of events, and the 35 that drift looks at. Does not
belong here: what makes one event valid (the catalogue).
"""

from __future__ import annotations

from expectations.marts.window import JUDGED_DATES, LAST_DATE, SHIFTED, events_of_last_dates
from expectations.rules import Suite, critical, warning

MEAN = "ExpectColumnMeanToBeBetween"
BETWEEN = "ExpectColumnValuesToBeBetween"
STATUSES = ["processed", "invalid", "suppressed"]

EVENTS = Suite(
    name="marts_events",
    schema="marts",
    table="events",
    rows=f"""
        select
            id,
            date,
            event_name,
            status::text as status,
            platform::text as platform,
            case when is_valid then 0 else 1 end as is_invalid,
            case when status = 'suppressed' then 1 else 0 end as is_suppressed
        from marts.events
        where {events_of_last_dates()}
    """,
    shows=("id", "date", "event_name", "status"),
    rules=(
        critical(
            "status_is_known",
            "Every mart selects by status; an event with another status would vanish from all.",
            "ExpectColumnValuesToBeInSet",
            column="status",
            value_set=STATUSES,
        ),
        critical(
            "some_events_are_valid",
            "More than half of the recent events are invalid: the catalogue and the producers "
            "have parted. See validation_errors.",
            MEAN,
            column="is_invalid",
            max_value=0.5,
        ),
        warning(
            "few_events_are_invalid",
            "More than 5 % of the recent events are invalid and counted nowhere. See "
            "validation_errors by event_name.",
            MEAN,
            column="is_invalid",
            max_value=0.05,
        ),
        warning(
            "few_events_are_suppressed",
            "More than half of the recent events are suppressed by consent: a client probably "
            "sends consent_updated with the wrong sign.",
            MEAN,
            column="is_suppressed",
            max_value=0.5,
        ),
        warning(
            "several_kinds_of_events_arrive",
            "Only one kind of event arrived in the last 31 dates: most producers are silent.",
            "ExpectColumnUniqueValueCountToBeBetween",
            column="event_name",
            min_value=2,
        ),
        warning(
            "platform_is_present",
            "Over half of the recent events name no platform: breakdowns by platform mislead.",
            "ExpectColumnValuesToNotBeNull",
            column="platform",
            mostly=0.5,
        ),
    ),
)

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
            BETWEEN,
            column=f"{dimension}_psi",
            max_value=SHIFTED,
        )
        for dimension, (name, what) in DIMENSIONS.items()
    ),
)

# Below it, a date with twice or half the events of another is nothing to look at.
MANY_EVENTS = 100

EVENT_DATES = Suite(
    name="marts_events_dates",
    schema="marts",
    table="events",
    # The last date is not whole yet: the one before it is the last that can be compared.
    rows=f"""
        with
        counted as (
            select
                date,
                count(*) as events,
                avg(case when is_valid then 0 else 1 end) as invalid_share
            from marts.events
            where {events_of_last_dates()}
            group by date
        ),
        dates as (
            select
                days.day::date as date,
                coalesce(counted.events, 0) as events,
                counted.invalid_share
            from generate_series(
                (select min(date) from counted)::timestamp,
                ({LAST_DATE} - 1)::timestamp,
                interval '1 day'
            ) as days (day)
            left join counted on days.day::date = counted.date
        ),
        compared as (
            select
                *,
                lag(events) over by_date as events_before,
                lag(invalid_share) over by_date as invalid_share_before,
                row_number() over (order by date desc) = 1 as is_last
            from dates
            window by_date as (order by date)
        )
        select
            date,
            events,
            events_before,
            case when (select percentile_disc(0.5) within group (order by events) from dates)
                >= {MANY_EVENTS} then events end as events_expected,
            case when is_last and greatest(events, events_before) >= {MANY_EVENTS}
                then events / nullif(events_before, 0)::numeric end as change,
            case when is_last and least(events, events_before) >= {MANY_EVENTS}
                then invalid_share - invalid_share_before end as invalid_share_change
        from compared
    """,
    shows=("date", "events", "events_before"),
    rules=(
        warning(
            "no_date_is_missing",
            f"A date within the last {JUDGED_DATES} has no event, though half of them have "
            f"{MANY_EVENTS} and more: a file never landed.",
            BETWEEN,
            column="events_expected",
            min_value=1,
        ),
        warning(
            "events_change_slowly",
            "The last whole date has over three times the events of the date before it, or under "
            "a third: late files, a producer that fell silent, or a client in a loop.",
            BETWEEN,
            column="change",
            min_value=1 / 3,
            max_value=3,
        ),
        warning(
            "invalid_share_changes_slowly",
            "On the last whole date the share of invalid events is over 10 points above that of "
            "the date before: a release changed what a client sends. See validation_errors.",
            BETWEEN,
            column="invalid_share_change",
            max_value=0.1,
        ),
    ),
)
