{#
    The events that `changed` names, by look-up; all of them while the model is built
    anew. For a model that imports both as `changed` (int_events_changed, what it has not
    followed) and `events`, each with the model's own filter.
#}
{% macro touched_events() -%}
    {%- if is_incremental() -%}
    select found.*
    from (select distinct event_id, actor_key, "timestamp" from changed) as touched
    -- offset 0: a look-up by index each, not a join that reads every month
    cross join lateral (
        select * from events
        where
            id = touched.event_id
            and actor_key = touched.actor_key
            and "timestamp" = touched."timestamp"
        offset 0
    ) as found
    {%- else -%}
    select * from events
    {%- endif -%}
{%- endmacro %}
