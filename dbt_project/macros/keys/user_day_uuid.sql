{# The key of a user's day: derived, as the source has no id for it. #}
{% macro user_day_uuid(user_id, date) -%}
    md5('user_day:' || {{ user_id }} || ':' || {{ date }})::uuid
{%- endmacro %}
