{# The day of an instant in the reporting time zone. #}
{% macro reporting_date(instant) -%}
    ({{ instant }} at time zone '{{ var("reporting_timezone") }}')::date
{%- endmacro %}

{# The Monday of a date's week. Cast first: of a date, it would ask the session's zone. #}
{% macro week_of(date) -%}
    date_trunc('week', ({{ date }})::timestamp)::date
{%- endmacro %}

{# Days of 24 hours each, whatever a session's time zone does with its clocks. #}
{% macro exact_days(days) -%}
    interval '{{ 24 * days }} hours'
{%- endmacro %}

{# The instant at which a day of the reporting time zone starts. #}
{% macro day_start(date) -%}
    (({{ date }})::timestamp at time zone '{{ var("reporting_timezone") }}')
{%- endmacro %}

{#
    A JSON number's text, in milliseconds, as an interval; null where it is negative or
    longer than the catalogue lets a duration be, which an interval might not hold.
#}
{% macro interval_of_milliseconds(number) -%}
    case
        when ({{ number }})::numeric between 0 and 1e12
            -- to the microsecond, as a text like 1e-400 is no double
            then round(({{ number }})::numeric, 3)::double precision
                * interval '1 millisecond'
    end
{%- endmacro %}

{# How long without an event before a session by inactivity ends. #}
{% macro session_gap() -%}
    interval '{{ var("session_gap_minutes") }} minutes'
{%- endmacro %}

{# An RFC 3339 text as an instant; null for any other text, where a cast would raise. #}
{% macro timestamp_or_null(value) -%}
    case when {{ is_timestamp(value) }} then ({{ value }})::timestamptz end
{%- endmacro %}
