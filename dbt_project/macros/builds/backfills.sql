{#
    A backfill is a request to make everything anew that events of some dates are part
    of. It stays due until `events` has followed a build that began after it, so that
    the next build completes one that died.
#}

{% macro create_backfills_table() -%}
    create table if not exists intermediate.backfills (
        backfill_id bigint generated always as identity primary key,
        from_date date not null,
        to_date date not null,
        after_build_id bigint not null references intermediate.builds (build_id),
        requested_at timestamptz not null default now(),
        check (from_date <= to_date)
    )
{%- endmacro %}

{# Whether an instant lies in a date to be backfilled; as literals, `false` where none is due. #}
{% macro is_to_be_backfilled(instant) -%}
    {%- if not is_building() %}{{ return('false') }}{% endif -%}
    {%- set due = run_query(
        "select from_date, to_date from intermediate.backfills where after_build_id >= "
        ~ built_through('events')
    ) -%}
    {%- set ranges = [] -%}
    {%- for from_date, to_date in due.rows -%}
        {%- do ranges.append(
            "(" ~ instant ~ " >= " ~ day_start("date '" ~ from_date ~ "'") ~ " and "
            ~ instant ~ " < " ~ day_start("date '" ~ to_date ~ "' + 1") ~ ")"
        ) -%}
    {%- endfor -%}
    {{ return('(' ~ (ranges | join(' or ')) ~ ')' if ranges else 'false') }}
{%- endmacro %}

{#
    The same for entities whose rows in schema raw were changed, as retention does. A
    request is gone once `int_entities_current` has followed it: it names a person.
#}
{% macro create_entity_backfills_table() -%}
    create table if not exists intermediate.entity_backfills (
        entity_backfill_id bigint generated always as identity primary key,
        entity_type text not null,
        entity_ref text not null,
        after_build_id bigint not null references intermediate.builds (build_id),
        requested_at timestamptz not null default now()
    )
{%- endmacro %}

{# Whether an entity is to be read again; a literal `false` where none is. #}
{% macro is_to_be_read_again(entity_type, entity_ref) -%}
    {%- set due = "select entity_type, entity_ref from intermediate.entity_backfills" -%}
    {%- if single_number("select count(*) from (" ~ due ~ ") as due") -%}
    {{ return("(" ~ entity_type ~ ", " ~ entity_ref ~ ") in (" ~ due ~ ")") }}
    {%- endif -%}
    {{ return('false') }}
{%- endmacro %}

{# Hook in the model's own transaction; what is asked for while it is built stays. #}
{% macro forget_entities_read_again() -%}
    {%- if is_building() -%}
    delete from intermediate.entity_backfills where after_build_id < {{ build_id() }}
    {%- endif -%}
{%- endmacro %}
