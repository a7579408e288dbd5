"""The suite over `marts.events`: what share of the recent events is usable.

What flows through: one frozen suite. Belongs here: rules over the last 31 dates of events.
Does not belong here: what makes one event valid (the catalogue).
"""

from __future__ import annotations

from expectations.marts.window import events_of_last_dates
from expectations.rules import Suite, critical, warning

MEAN = "ExpectColumnMeanToBeBetween"
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
