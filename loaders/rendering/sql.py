"""The SQL that follows from the catalogue: the validation and the typed views.

Belongs here: one line of SQL per field, put into a frame. Does not belong here: how a field is
tested in SQL, which the macros of `dbt_project/macros/catalogue.sql` say, once for each type.
"""

from __future__ import annotations

import textwrap

from loaders.catalogue import Catalogue, EventType, Field

LONGEST_LINE = 88
ZEROS_OF_A_MILLION = 6
EVENT_COLUMNS = (
    "id",
    "event_ref",
    "user_id",
    "user_ref",
    "session_id",
    "session_ref",
    "timestamp",
    "platform",
)

# Neither view has CTEs, the house's usual shape: PostgreSQL finds no way by index through a view
# that has them. Whatever staging knows of an event is passed on, so the columns are not counted
# (AM04); the subqueries are for `dbt build --empty`, which puts an alias of its own behind a bare
# `ref` (ST05).
VALIDATION = """\
-- sqlfluff:exclude_rules:AM04,ST05
{{ config(materialized='view') }}

select
    stg_events.*,
    event_types.event_category,
    coalesce(event_types.is_interaction, false) as is_interaction,
    to_jsonb(nullif(array_remove(
        case stg_events.event_name
@cases
            else array[{{ violation('eventName', 'unknown') }}]
        end,
        null
    ), '{}')) as validation_errors
from (select * from {{ ref('stg_events') }}) as stg_events
left outer join (select * from {{ ref('event_types') }}) as event_types
    on stg_events.event_name = event_types.event_name
"""

# The columns are the source's own names, whether SQL calls one a keyword or not (RF04).
TYPED_VIEW = """\
-- sqlfluff:exclude_rules:RF04
select
@columns
from {{ ref('events') }}
where
    event_name = '@name'
    and status = 'processed'
"""


def validation_sql(catalogue: Catalogue) -> str:
    """Write the model that says of every event what is wrong with it.

    Args:
        catalogue: All event types.

    Returns:
        The model's SQL, with one macro a field.
    """
    cases = "\n".join(_case(event_type) for event_type in catalogue.event_types)
    return VALIDATION.replace("@cases", cases)


def typed_view_sql(event_type: EventType) -> str:
    """Write the view that shows the processed events of one type.

    Args:
        event_type: The type.

    Returns:
        The model's SQL, with one line a column.
    """
    columns = [_quoted(column) for column in EVENT_COLUMNS]
    columns += [f"{_expression(one)} as {data_column(one)}" for one in event_type.fields]
    if event_type.extra_column:
        known = ", ".join(f"'{one.name}'" for one in event_type.fields)
        columns.append(f"event_data - array[{known}]::text[] as {event_type.extra_column}")
    return TYPED_VIEW.replace("@columns", _listed(columns, 4)).replace("@name", event_type.name)


def data_column(field: Field) -> str:
    """Name the typed column of a field.

    Args:
        field: The field of `data`.

    Returns:
        Its name in snake_case, after `data_` where the event itself has a column of that name.
    """
    return f"data_{field.column}" if field.column in EVENT_COLUMNS else field.column


def _case(event_type: EventType) -> str:
    case = f"            when '{event_type.name}'\n                then array["
    if not event_type.fields:
        return f"{case}]::jsonb[]"
    tests = _listed([_test(field) for field in event_type.fields], 20)
    return f"{case}\n{tests}\n                ]"


def _test(field: Field) -> str:
    arguments = [f"'{field.name}'"]
    if field.required:
        arguments.append("required=true")
    if field.enum:
        values = ", ".join(f"'{value}'" for value in field.enum)
        arguments.append(f"allowed=[{values}]")
    for name, limit in (("minimum", field.minimum), ("maximum", field.maximum)):
        if limit is not None:
            arguments.append(f"{name}={_number(limit)}")
    return f"{{{{ violation_{field.type}({', '.join(arguments)}) }}}}"


def _number(value: float) -> str:
    """The number exactly, with the zeros of millions as an exponent, which can be read."""
    digits = str(value)
    zeros = len(digits) - len(digits.rstrip("0")) if isinstance(value, int) else 0
    return f"{digits[:-zeros]}e{zeros}" if zeros >= ZEROS_OF_A_MILLION else digits


def _expression(field: Field) -> str:
    text = f"event_data ->> '{field.name}'"
    if field.is_duration:
        return f'{{{{ interval_of_milliseconds("{text}") }}}}'
    if field.type == "object":
        return f"nullif(event_data -> '{field.name}', 'null')"
    if field.default is not None:
        return f"coalesce({text}, '{field.default}')"
    casts = {"number": "numeric", "boolean": "boolean", "timestamp": "timestamptz"}
    return f"({text})::{casts[field.type]}" if field.type in casts else text


def _quoted(column: str) -> str:
    # The one name of the source document that is a type's, too.
    return '"timestamp"' if column == "timestamp" else column


def _listed(items: list[str], indent: int) -> str:
    """One item a line, with commas between."""
    return ",\n".join(_broken(item, " " * indent) for item in items)


def _broken(item: str, indent: str) -> str:
    """Break an item, and its comma, that are too long for one line."""
    inner = f"{indent}    "
    if len(indent + item) < LONGEST_LINE:
        return indent + item
    if item.endswith(") }}"):
        macro, _, arguments = item.removesuffix(") }}").partition("(")
        lines = "\n".join(
            textwrap.wrap(
                arguments,
                LONGEST_LINE,
                initial_indent=inner,
                subsequent_indent=inner,
                break_on_hyphens=False,
                break_long_words=False,
            )
        )
        return f"{indent}{macro}(\n{lines}\n{indent}) }}}}"
    expression, _, name = item.rpartition(" as ")
    return f"{indent}{expression}\n{inner}as {name}"
