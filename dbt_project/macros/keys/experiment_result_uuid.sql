{#
    The key of a metric's result in a variant: derived, as the source has no id for it. A
    length keeps one name from running into the other.
#}
{% macro experiment_result_uuid(experiment_id, metric_name, variant) -%}
    md5(
        'experiment_result:' || {{ experiment_id }} || ':' || length({{ metric_name }})
        || ':' || {{ metric_name }} || ':' || {{ variant }}
    )::uuid
{%- endmacro %}
