"""The suite over `marts.events`: what share of the recent events is usable.

What flows through: one frozen suite. Belongs here: rules over the last 31 days of events.
Does not belong here: what makes one event valid (the catalogue).
"""

from __future__ import annotations

from expectations.rules import Suite, critical, warning

EVENTS = Suite(
    name="marts_events",
    schema="marts",
    table="events",
    rows="""
        select
            *,
            case when is_valid then 0 else 1 end as is_invalid
        from marts.events
        where "timestamp" >= (select max("timestamp") from marts.events) - interval '31 days'
    """,
    rules=(
        critical(
            "status_is_known",
            "Every mart selects by status; an event with another status would vanish from all.",
            "ExpectColumnValuesToBeInSet",
            shows_values=True,
            column="status",
            value_set=["processed", "invalid", "suppressed"],
        ),
        critical(
            "some_events_are_valid",
            "More than half of the recent events are invalid: the catalogue and the producers "
            "have parted. See validation_errors.",
            "ExpectColumnMeanToBeBetween",
            column="is_invalid",
            max_value=0.5,
        ),
        warning(
            "few_events_are_invalid",
            "More than 5 % of the recent events are invalid and counted nowhere. See "
            "validation_errors by event_name.",
            "ExpectColumnMeanToBeBetween",
            column="is_invalid",
            max_value=0.05,
        ),
        warning(
            "several_kinds_of_events_arrive",
            "Only one kind of event arrived in the last 31 days: most producers are silent.",
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
