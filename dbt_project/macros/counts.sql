{# Events of one type, and where given of one action, from rows of (event_name, action, events). #}
{% macro events_of(event_name, action=none) -%}
    sum(events) filter (
        where event_name = '{{ event_name }}'
        {%- if action %} and action = '{{ action }}'{% endif %}
    )
{%- endmacro %}

{# Engagement points of one dimension, from `kinds_counted` and `engagement_weights`. #}
{% macro points_of(dimension) -%}
    sum(kinds_counted.events * engagement_weights.points) filter (
        where engagement_weights.dimension = '{{ dimension }}'
    )
{%- endmacro %}

{# A count that an outer join may have left out, as the source's integer. #}
{% macro count_or_zero(count) -%}
    coalesce({{ count }}, 0)::integer
{%- endmacro %}
