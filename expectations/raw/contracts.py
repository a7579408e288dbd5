"""The suite over the event types of the last day: does each keep what the catalogue asks of it.

What flows through: the catalogue in, one suite out, with a row an event type. Whether one event is
valid is said by the models, after the build; this says before it whether a producer has broken.
Belongs here: the contract of a field as SQL over `raw.events.data`. Does not belong here: the
violations of one event (`int_events_validated`, which names field and violation).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from expectations.raw.window import EVENTS_OF_THE_LAST_DAY
from expectations.rules import Suite, critical, warning
from loaders.catalogue import Catalogue, EventType, Field

# Fewer records of a type tell nothing about its producer.
LEAST_RECORDS = 20
JSON_TYPES = {"timestamp": "string"}
VIOLATIONS = ("missing", "mistyped", "outside")
RATIOS = ",".join(
    f"""
            case when count(*) >= {LEAST_RECORDS}
                then round(avg((violation is not distinct from '{one}')::int), 4)
            end as {one}_ratio"""
    for one in VIOLATIONS
)
ROWS = f"""
        select
            event_name,
            count(*) as records,
            round(count(violation) / count(*)::numeric, 4) as broken_ratio,
            case when sum(count(*)) over () >= {LEAST_RECORDS}
                then round(sum(count(violation)) over () / sum(count(*)) over (), 4)
            end as broken_ratio_of_all, {RATIOS}
        from (
            select event_name, case event_name @cases end as violation
            from raw.events
            where {EVENTS_OF_THE_LAST_DAY} and event_name in (@names)
        ) as judged
        group by event_name
"""
AT_MOST_5_PERCENT = {"min_value": 0, "max_value": 0.05}


def contracts_suite(catalogue: Catalogue) -> Suite:
    """Describe what must hold of each event type's data.

    Args:
        catalogue: The event types.
    """
    return Suite(
        name="raw_contracts",
        schema="raw",
        table="events",
        rows=_rows(catalogue),
        shows=("event_name", "records", "broken_ratio"),
        rules=(
            critical(
                "half_of_the_data_keeps_its_contract",
                "More than half of the events break the contract of their type, and so would "
                "count nowhere: publishing now would show a fall that did not happen. Compare "
                "loaders/catalogue/events with what the producers send.",
                "ExpectColumnMaxToBeBetween",
                column="broken_ratio_of_all",
                max_value=0.5,
            ),
            warning(
                "required_data_is_present",
                "More than 5 % of a type's events lack a field that the catalogue requires, and "
                "count nowhere. Ask the type's owner, whom its catalogue file names.",
                "ExpectColumnValuesToBeBetween",
                column="missing_ratio",
                **AT_MOST_5_PERCENT,
            ),
            warning(
                "data_has_its_type",
                "More than 5 % of a type's events have a field of another JSON type than the "
                "catalogue's, and count nowhere: a client probably sends numbers as text.",
                "ExpectColumnValuesToBeBetween",
                column="mistyped_ratio",
                **AT_MOST_5_PERCENT,
            ),
            warning(
                "data_is_in_its_range",
                "More than 5 % of a type's events have a value outside its enumeration or limits, "
                "and count nowhere: the producer knows a value that the catalogue does not.",
                "ExpectColumnValuesToBeBetween",
                column="outside_ratio",
                **AT_MOST_5_PERCENT,
            ),
        ),
    )


def _rows(catalogue: Catalogue) -> str:
    names = _listed(one.name for one in catalogue.event_types)
    cases = "\n".join(_case(event_type) for event_type in catalogue.event_types)
    return ROWS.replace("@names", names).replace("@cases", cases)


def _case(event_type: EventType) -> str:
    """Name the first violation of an event of one type, or null."""
    whens = [
        f"when {' or '.join(conditions)} then '{violation}'"
        for violation, breaks in zip(VIOLATIONS, (_missing, _mistyped, _outside), strict=True)
        if (conditions := [one for field in event_type.fields for one in breaks(field)])
    ]
    named = f"case {' '.join(whens)} end" if whens else "null"
    return f"when {_literal(event_type.name)} then {named}"


def _missing(field: Field) -> Iterator[str]:
    if field.required:
        yield f"coalesce({_text(field)}, '') = ''"


def _mistyped(field: Field) -> Iterator[str]:
    json_type = JSON_TYPES.get(field.type, field.type)
    yield f"{_type(field)} not in ('{json_type}', 'null')"


def _outside(field: Field) -> Iterator[str]:
    if field.enum:
        yield f"{_text(field)} not in ({_listed(field.enum)})"
    for sign, limit in (("<", field.minimum), (">", field.maximum)):
        if limit is not None:
            number = f"case when {_type(field)} = 'number' then ({_text(field)})::numeric end"
            yield f"{number} {sign} {limit}"


def _text(field: Field) -> str:
    return f"data ->> {_literal(field.name)}"


def _type(field: Field) -> str:
    return f"jsonb_typeof(data -> {_literal(field.name)})"


def _listed(texts: Iterable[str]) -> str:
    return ", ".join(_literal(text) for text in texts)


def _literal(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"
