"""The suites over what has just landed: the gate before anything is built.

What flows through: the catalogue in, two suites out, both on `raw.events`. One looks at the events
themselves, one at the loads' own counts. They see the loads of the last day (by landing time), so
that their cost follows the news, and a bad file stops blocking once good ones outweigh it.
Belongs here: rules about what landed. Does not belong here: whether one event is valid (the
catalogue in SQL says that), anything about models.
"""

from __future__ import annotations

from expectations.rules import Rule, Suite, critical, warning
from loaders.catalogue import Catalogue

# Both sets of rows begin 24 hours before the newest load. Longer: a bad file blocks for longer and
# the gate costs more. Shorter: files landed by one slow batch are judged apart.
EVENTS_OF_THE_LAST_DAY = """
    select
        *,
        coalesce(user_id, session_id) as actor,
        landed_at + interval '24 hours' as latest_legal_timestamp,
        landed_at + interval '5 minutes' as latest_likely_timestamp
    from raw.events
    where
        landed_at >= (select max(landed_at) from raw.loads) - interval '24 hours'
        -- what is not there has not landed
        and load_id in (select load_id from raw.loads)
"""

COUNTS_OF_THE_LAST_DAY = """
    select
        loads.landed as records_landed,
        round(loads.rejected / greatest(loads.landed + loads.rejected, 1), 4) as reject_ratio,
        round(events.duplicates / greatest(events.landed, 1), 4) as duplicate_ratio,
        round(coalesce(events.hours_behind, 0), 1) as hours_behind
    from (
        select
            coalesce(sum(loads.events_landed + loads.entities_landed), 0) as landed,
            -- what has been replayed counts where it was tried last
            coalesce(sum(loads.records_rejected) filter (where replays.load_id is null), 0)
                as rejected
        from raw.loads
        left join raw.loads as replays on loads.load_id = replays.replays_load_id
        where loads.landed_at >= (select max(landed_at) from raw.loads) - interval '24 hours'
    ) as loads
    cross join (
        select
            coalesce(sum(copies), 0) as landed,
            coalesce(sum(copies - 1), 0) as duplicates,
            min(extract(epoch from lag)) / 3600 as hours_behind
        from (
            select
                event_id,
                count(*) as copies,
                min(landed_at - "timestamp") as lag
            from raw.events
            where landed_at >= (select max(landed_at) from raw.loads) - interval '24 hours'
            group by event_id
        ) as by_id
    ) as events
"""


def raw_suites(catalogue: Catalogue) -> tuple[Suite, ...]:
    """Describe the gate.

    Args:
        catalogue: Event types and envelope that the rules are derived from.

    Returns:
        The suite over the events and the suite over the loads' counts.
    """
    return (_events(catalogue), _landing())


def _events(catalogue: Catalogue) -> Suite:
    return Suite(
        name="raw_events",
        schema="raw",
        table="events",
        rows=EVENTS_OF_THE_LAST_DAY,
        rules=(*_required_columns(catalogue), *_time_rules(), *_meaning_rules(catalogue)),
    )


def _required_columns(catalogue: Catalogue) -> tuple[Rule, ...]:
    return tuple(
        critical(
            f"{field.column}_is_present",
            f"The envelope requires {field.name}. The loader rejects events without it, so a null "
            "was written past the loader.",
            "ExpectColumnValuesToNotBeNull",
            column=field.column,
        )
        for field in catalogue.envelope.fields
        if field.required
    )


def _time_rules() -> tuple[Rule, ...]:
    return (
        critical(
            "timestamp_is_not_before_2000",
            "No event of this platform is older. An earlier one was written past the loader, and "
            "would stretch every partitioned table.",
            "ExpectColumnMinToBeBetween",
            column="timestamp",
            min_value="2000-01-01T00:00:00+00:00",
        ),
        critical(
            "timestamp_is_legal",
            "No event may lie more than 24 hours after its landing: one would become the as-of "
            "date and empty every rolling window.",
            "ExpectColumnPairValuesAToBeGreaterThanB",
            column_A="latest_legal_timestamp",
            column_B="timestamp",
            or_equal=True,
        ),
        warning(
            "timestamp_is_not_in_the_future",
            "More than 1 % of the events lie over 5 minutes after their landing: a producer's "
            "clock or time zone is wrong.",
            "ExpectColumnPairValuesAToBeGreaterThanB",
            column_A="latest_likely_timestamp",
            column_B="timestamp",
            or_equal=True,
            mostly=0.99,
        ),
    )


def _meaning_rules(catalogue: Catalogue) -> tuple[Rule, ...]:
    return (
        warning(
            "event_name_is_known",
            "More than 5 % of the events have a name that is not in the catalogue. They are kept "
            "as invalid and counted nowhere: add their type to loaders/catalogue/events, or ask "
            "the producer.",
            "ExpectColumnValuesToBeInSet",
            shows_values=True,
            column="event_name",
            value_set=[event_type.name for event_type in catalogue.event_types],
            mostly=0.95,
        ),
        warning(
            "actor_is_present",
            "More than 10 % of the events carry neither user nor session. They count for nobody: "
            "a producer has probably lost its identity step.",
            "ExpectColumnValuesToNotBeNull",
            column="actor",
            mostly=0.9,
        ),
    )


def _landing() -> Suite:
    return Suite(
        name="raw_landing",
        schema="raw",
        table="events",
        rows=COUNTS_OF_THE_LAST_DAY,
        rules=_landing_rules(),
    )


def _landing_rules() -> tuple[Rule, ...]:
    return (
        critical(
            "something_landed",
            "Files were loaded and not one record of them landed: wrong files, or a new format.",
            "ExpectColumnMaxToBeBetween",
            column="records_landed",
            min_value=1,
        ),
        critical(
            "half_is_not_rejected",
            "More than half of the records stand rejected: publishing now would show a fall that "
            "did not happen. `chhimeki rejects` says why: mend it, `chhimeki replay` or load "
            "corrected files, and run again; `chhimeki build` builds in spite of it.",
            "ExpectColumnMaxToBeBetween",
            column="reject_ratio",
            max_value=0.5,
        ),
        warning(
            "few_are_rejected",
            "More than 5 % of the records stand rejected. `chhimeki rejects` says why.",
            "ExpectColumnMaxToBeBetween",
            column="reject_ratio",
            max_value=0.05,
        ),
        warning(
            "few_are_duplicates",
            "More than 10 % of the events came twice or more. They count once; a producer is "
            "probably sending its batches again.",
            "ExpectColumnMaxToBeBetween",
            column="duplicate_ratio",
            max_value=0.1,
        ),
        warning(
            "events_are_fresh",
            "The newest event is over two days older than its landing: an archive was loaded, or "
            "the stream in front of the files has stopped.",
            "ExpectColumnMaxToBeBetween",
            column="hours_behind",
            max_value=48,
        ),
    )
