"""The suite over the events of the last day, one by one.

What flows through: the catalogue in, one suite out. Belongs here: what the envelope and the clocks
of all events must keep. Does not belong here: what an event type asks of its data (`contracts`).
"""

from __future__ import annotations

from expectations.raw.window import EVENTS_OF_THE_LAST_DAY
from expectations.rules import Rule, Suite, critical, warning
from loaders.catalogue import Catalogue

BETWEEN = "ExpectColumnValuesToBeBetween"
# Whether there is an id or an actor is asked, never which.
ROWS = f"""
        select
            load_id,
            record_number,
            event_name,
            "timestamp",
            @required,
            coalesce(user_id, session_id) is not null or null as has_actor,
            extract(epoch from "timestamp" - landed_at) / 60 as minutes_ahead,
            abs(extract(epoch from client_timestamp - "timestamp")) / 60 as client_minutes_off
        from raw.events
        where {EVENTS_OF_THE_LAST_DAY}
"""


def events_suite(catalogue: Catalogue) -> Suite:
    """Describe what must hold of the events that landed.

    Args:
        catalogue: Event types and envelope that the rules are derived from.
    """
    required = [field.column for field in catalogue.envelope.fields if field.required]
    presence = ", ".join(f'"{column}" is not null or null as has_{column}' for column in required)
    return Suite(
        name="raw_events",
        schema="raw",
        table="events",
        rows=ROWS.replace("@required", presence),
        shows=("load_id", "record_number", "event_name"),
        rules=(*_required_columns(catalogue), *_time_rules(), *_meaning_rules(catalogue)),
    )


def _required_columns(catalogue: Catalogue) -> tuple[Rule, ...]:
    return tuple(
        critical(
            f"{field.column}_is_present",
            f"The envelope requires {field.name}. The loader rejects events without it, so a null "
            "was written past the loader.",
            "ExpectColumnValuesToNotBeNull",
            column=f"has_{field.column}",
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
            BETWEEN,
            column="timestamp",
            min_value="2000-01-01T00:00:00+00:00",
        ),
        critical(
            "timestamp_is_legal",
            "No event may lie more than 24 hours after its landing: one would become the as-of "
            "date and empty every rolling window.",
            BETWEEN,
            column="minutes_ahead",
            max_value=24 * 60,
        ),
        warning(
            "timestamp_is_not_in_the_future",
            "More than 1 % of the events lie over 5 minutes after their landing: a producer's "
            "clock or time zone is wrong.",
            BETWEEN,
            column="minutes_ahead",
            max_value=5,
            mostly=0.99,
        ),
        warning(
            "client_clock_is_close",
            "More than 10 % of the client timestamps lie over 10 minutes beside the event's own: "
            "devices with wrong clocks, or a queue that sends hours later. Orders of events within "
            "a session may be wrong.",
            BETWEEN,
            column="client_minutes_off",
            max_value=10,
            mostly=0.9,
        ),
    )


def _meaning_rules(catalogue: Catalogue) -> tuple[Rule, ...]:
    known = [event_type.name for event_type in catalogue.event_types]
    return (
        critical(
            "half_of_the_event_names_are_known",
            "More than half of the events have a name that is not in the catalogue: the producers "
            "renamed theirs, or another product's file landed. Building would publish a fall that "
            "did not happen. Add the types to loaders/catalogue/events.",
            "ExpectColumnValuesToBeInSet",
            column="event_name",
            value_set=known,
            mostly=0.5,
        ),
        warning(
            "event_name_is_known",
            "More than 5 % of the events have a name that is not in the catalogue. They are kept "
            "as invalid and counted nowhere: add their type to loaders/catalogue/events, or ask "
            "the producer.",
            "ExpectColumnValuesToBeInSet",
            column="event_name",
            value_set=known,
            mostly=0.95,
        ),
        warning(
            "actor_is_present",
            "More than 10 % of the events carry neither user nor session. They count for nobody: "
            "a producer has probably lost its identity step.",
            "ExpectColumnValuesToNotBeNull",
            column="has_actor",
            mostly=0.9,
        ),
    )
