{#
    How long before a user's assignment the events of the pre-period begin. In hours, for
    a day of an interval is one of the session's time zone, and may have 23 of them.
#}
{% macro pre_period() -%}
    interval '{{ 24 * var("experiment_pre_period_days") }} hours'
{%- endmacro %}
