{# The value of one JSON type that a JSON object holds under a key; null for any other type. #}
{% macro json_of(object, key, json_type) -%}
    case
        when jsonb_typeof({{ object }} -> '{{ key }}') = '{{ json_type }}'
            then {{ object }} -> '{{ key }}'
    end
{%- endmacro %}
