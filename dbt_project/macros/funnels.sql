{# How long after its first event an attempt at a funnel may pass a step. #}
{% macro funnel_window() -%}
    {{ exact_days(var('funnel_window_days')) }}
{%- endmacro %}

{# Aggregate over the rows of a funnel: a key of its steps, in order, and their window. #}
{% macro funnel_definition() -%}
    md5(
        string_agg(step || ' ' || event_name, ', ' order by step)
        || ' in {{ var("funnel_window_days") }}'
    )::uuid
{%- endmacro %}

{#
    The most steps that a funnel of the seed has, which is known when a model is built;
    while nothing is built, as many as a unit test may use.
#}
{% macro longest_funnel() -%}
    {{ return(single_number("select max(step) from " ~ ref('funnels')) or 5) }}
{%- endmacro %}

{#
    Query for the rows of `step_events` with the latest start of an attempt that has come
    to them, which only those of step 1 have before. One pass a step, over rows that are
    sorted once, gives it to the events of that step from the earlier events of the step
    before. The frame of `groups` ends before the event itself, which may stand in two
    rows, as two steps may name it.
#}
{% macro attempts_followed() -%}
    {%- set steps = range(2, longest_funnel() + 1) -%}
    {%- for step in steps | reverse %}
    select
        funnel,
        step,
        user_id,
        date,
        from_date,
        "timestamp",
        event_ref,
        stretch_from_at,
        case
            when step = {{ step }}
                then max(started_at) filter (where step = {{ step - 1 }}) over earlier
            else started_at
        end as started_at
    from (
    {%- endfor %}
    select * from step_events
    {%- for step in steps %}
    ) as followed_to_step_{{ step - 1 }}
    window earlier as (
        partition by funnel, user_id, stretch_from_at
        order by "timestamp", event_ref collate "C"
        groups between unbounded preceding and 1 preceding
    )
    {%- endfor %}
{%- endmacro %}
