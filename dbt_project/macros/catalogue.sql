{#
    One violation of one field of `data`, or null: what the rendered validation is made
    of. Each is one CASE, for CASE alone promises that a cast is not tried before the
    test that makes it safe. `->>` gives null for an absent key as for a JSON null, and
    `jsonb_typeof` of an absent key is null, which no comparison finds.
#}

{% macro violation_string(field, required=false, allowed=[]) -%}
    case
        {%- if required %}
        when coalesce(data ->> '{{ field }}', '') = ''
            then {{ violation('data.' ~ field, 'missing') }}
        {%- endif %}
        when jsonb_typeof(data -> '{{ field }}') not in ('string', 'null')
            then {{ violation('data.' ~ field, 'wrong_type') }}
        {%- if allowed %}
        when data ->> '{{ field }}' not in ('{{ allowed | join("', '") }}')
            then {{ violation('data.' ~ field, 'not_in_enum') }}
        {%- endif %}
    end
{%- endmacro %}

{% macro violation_timestamp(field, required=false) -%}
    case
        {%- if required %}
        when coalesce(data ->> '{{ field }}', '') = ''
            then {{ violation('data.' ~ field, 'missing') }}
        {%- endif %}
        when
            jsonb_typeof(data -> '{{ field }}') not in ('string', 'null')
            or not {{ is_timestamp("data ->> '" ~ field ~ "'") }}
            then {{ violation('data.' ~ field, 'wrong_type') }}
    end
{%- endmacro %}

{% macro violation_number(field, required=false, minimum=none, maximum=none) -%}
    case
        {%- if required %}
        when coalesce(data ->> '{{ field }}', '') = ''
            then {{ violation('data.' ~ field, 'missing') }}
        {%- endif %}
        when jsonb_typeof(data -> '{{ field }}') not in ('number', 'null')
            then {{ violation('data.' ~ field, 'wrong_type') }}
        {%- if minimum is not none %}
        when (data ->> '{{ field }}')::numeric < {{ minimum }}
            then {{ violation('data.' ~ field, 'below_minimum') }}
        {%- endif %}
        {%- if maximum is not none %}
        when (data ->> '{{ field }}')::numeric > {{ maximum }}
            then {{ violation('data.' ~ field, 'above_maximum') }}
        {%- endif %}
    end
{%- endmacro %}

{% macro violation_boolean(field, required=false) -%}
    {{ violation_type(field, 'boolean', required) }}
{%- endmacro %}

{% macro violation_object(field, required=false) -%}
    {{ violation_type(field, 'object', required) }}
{%- endmacro %}

{% macro violation_type(field, json_type, required) -%}
    case
        {%- if required %}
        when coalesce(data ->> '{{ field }}', '') = ''
            then {{ violation('data.' ~ field, 'missing') }}
        {%- endif %}
        when jsonb_typeof(data -> '{{ field }}') not in ('{{ json_type }}', 'null')
            then {{ violation('data.' ~ field, 'wrong_type') }}
    end
{%- endmacro %}

{% macro violation(path, code) -%}
    '{"field": "{{ path }}", "violation": "{{ code }}"}'::jsonb
{%- endmacro %}

{% macro is_timestamp(value) -%}
    (({{ value }}) ~ '{{ timestamp_pattern() }}')
{%- endmacro %}

{#
    What RFC 3339 allows and PostgreSQL's cast takes: existing days of the years 1 to
    9999, no leap second, an offset up to 14 hours, and at most 30 digits after the
    second, since a text of more than some 150 characters breaks the cast. Digits are
    spelled out: in some locales `\d` matches other scripts' too.
#}
{% macro timestamp_pattern() -%}
    {%- set months_of_31 = '(0[13578]|1[02])-(0[1-9]|[12][0-9]|3[01])' -%}
    {%- set months_of_30 = '(0[469]|11)-(0[1-9]|[12][0-9]|30)' -%}
    {%- set february = '02-(0[1-9]|1[0-9]|2[0-8])' -%}
    {%- set multiple_of_4 = '(0[48]|[2468][048]|[13579][26])' -%}
    {%- set leap_year = '([0-9]{2}' ~ multiple_of_4 ~ '|' ~ multiple_of_4 ~ '00)' -%}
    {%- set days = months_of_31 ~ '|' ~ months_of_30 ~ '|' ~ february -%}
    {%- set date = '([0-9]{4}-(' ~ days ~ ')|' ~ leap_year ~ '-02-29)' -%}
    {%- set time = '([01][0-9]|2[0-3])(:[0-5][0-9]){2}([.][0-9]{1,30})?' -%}
    {%- set offset = '([Zz]|[+-](0[0-9]:[0-5][0-9]|1[0-3]:[0-5][0-9]|14:00))' -%}
    ^(?!0000){{ date }}[Tt]{{ time }}{{ offset }}$
{%- endmacro %}
