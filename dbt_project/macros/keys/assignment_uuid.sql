{# The key of a user's assignment in an experiment: derived, as the source has no id for it. #}
{% macro assignment_uuid(experiment_id, user_id) -%}
    md5('assignment:' || {{ experiment_id }} || ':' || {{ user_id }})::uuid
{%- endmacro %}
