"""The suites over what the loads count: how much landed, and how much of it is usable.

What flows through: two frozen suites of one row each. Belongs here: ratios of the last day, and its
volume against the days before. Does not belong here: anything about one record.
"""

from __future__ import annotations

from expectations.raw.window import EVENTS_OF_THE_LAST_DAY, LANDED_IN_THE_LAST_DAY
from expectations.rules import Suite, critical, warning

# Robust z-score beyond which a day is out of the ordinary (Iglewicz & Hoaglin 1993).
FAR_OFF = 3.5
AT_MOST = "ExpectColumnMaxToBeBetween"

LANDING = Suite(
    name="raw_landing",
    schema="raw",
    table="events",
    rows=f"""
        select
            loads.landed as records_landed,
            round(loads.rejected / greatest(loads.landed + loads.rejected, 1), 4) as reject_ratio,
            round(events.duplicates / greatest(events.landed, 1)::numeric, 4) as duplicate_ratio,
            round(coalesce(events.hours_behind, 0), 1) as hours_behind,
            round(events.client_minutes_ahead::numeric, 2) as client_minutes_ahead
        from (
            select
                coalesce(sum(loads.events_landed + loads.entities_landed), 0) as landed,
                -- what has been replayed counts where it was tried last
                coalesce(sum(loads.records_rejected) filter (where replays.load_id is null), 0)
                    as rejected
            from raw.loads
            left join raw.loads as replays on loads.load_id = replays.replays_load_id
            where loads.{LANDED_IN_THE_LAST_DAY}
        ) as loads
        cross join (
            select
                count(*) as landed,
                -- ids are compared by a hash: sorting them themselves takes thrice as long
                count(*) - count(distinct hashtextextended(event_id, 0)) as duplicates,
                min(extract(epoch from landed_at - "timestamp")) / 3600 as hours_behind,
                percentile_cont(0.5) within group (
                    order by extract(epoch from client_timestamp - "timestamp")
                ) / 60 as client_minutes_ahead
            from raw.events
            where {EVENTS_OF_THE_LAST_DAY}
        ) as events
    """,
    rules=(
        critical(
            "something_landed",
            "Files were loaded and not one record of them landed: wrong files, or a new format.",
            AT_MOST,
            column="records_landed",
            min_value=1,
        ),
        critical(
            "half_is_not_rejected",
            "More than half of the records stand rejected: publishing now would show a fall that "
            "did not happen. `chhimeki rejects` says why: mend it, `chhimeki replay` or load "
            "corrected files, and run again; `chhimeki build` builds in spite of it.",
            AT_MOST,
            column="reject_ratio",
            max_value=0.5,
        ),
        warning(
            "few_are_rejected",
            "More than 5 % of the records stand rejected. `chhimeki rejects` says why.",
            AT_MOST,
            column="reject_ratio",
            max_value=0.05,
        ),
        warning(
            "few_are_duplicates",
            "More than 10 % of the events came twice or more. They count once; a producer is "
            "probably sending its batches again.",
            AT_MOST,
            column="duplicate_ratio",
            max_value=0.1,
        ),
        warning(
            "events_are_fresh",
            "The newest event is over two days older than its landing: an archive was loaded, or "
            "the stream in front of the files has stopped.",
            AT_MOST,
            column="hours_behind",
            max_value=48,
        ),
        warning(
            "client_clocks_agree",
            "Half of the client timestamps lie over 5 minutes before, or after, the event's own: "
            "not single clocks are wrong but a time zone, or a unit, of a producer.",
            AT_MOST,
            column="client_minutes_ahead",
            min_value=-5,
            max_value=5,
        ),
    ),
)

VOLUME = Suite(
    name="raw_volume",
    schema="raw",
    table="loads",
    # Days of 24 hours end with the newest load, but the last one is an hour shorter, so that a
    # daily file that comes a little early is not counted with the one of the day before.
    rows="""
        with
        newest as (
            select max(landed_at) as landed_at from raw.loads
        ),
        days as (
            select
                floor(
                    extract(epoch from newest.landed_at - loads.landed_at + interval '1 hour')
                    / 86400
                ) as days_ago,
                sum(loads.events_landed + loads.entities_landed) as records
            from raw.loads
            cross join newest
            where loads.landed_at > newest.landed_at - interval '29 days'
            group by 1
        ),
        medians as (
            select
                count(*) as days_with_loads,
                percentile_cont(0.5) within group (order by records) as usual_records
            from days
            where days_ago > 0
        ),
        deviations as (
            select
                percentile_cont(0.5) within group (
                    order by abs(days.records - medians.usual_records)
                ) as mad
            from days
            cross join medians
            where days.days_ago > 0
        )
        select
            coalesce(days.records, 0) as records_landed,
            medians.usual_records,
            medians.days_with_loads,
            case
                when medians.days_with_loads >= 7
                    then
                        0.6745 * (coalesce(days.records, 0) - medians.usual_records)
                        -- days as like as two peas would make any other an outlier
                        / greatest(deviations.mad, 0.1 * medians.usual_records, 1)
            end as robust_z
        from medians
        cross join deviations
        left join days on days.days_ago = 0
    """,
    shows=("records_landed", "usual_records", "days_with_loads"),
    rules=(
        warning(
            "enough_landed",
            "Far fewer records landed in the last day than on the days with loads of the four "
            "weeks before (robust z-score below -3.5): a producer is silent, or files are missing.",
            "ExpectColumnValuesToBeBetween",
            column="robust_z",
            min_value=-FAR_OFF,
        ),
        warning(
            "not_too_much_landed",
            "Far more records landed in the last day than on the days with loads of the four "
            "weeks before (robust z-score above 3.5): a client in a loop, or an archive. See "
            "raw.loads.",
            "ExpectColumnValuesToBeBetween",
            column="robust_z",
            max_value=FAR_OFF,
        ),
    ),
)
