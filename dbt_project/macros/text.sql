{# The string that a JSON object holds under a key; null for any other JSON type. #}
{% macro string_of(object, key) -%}
    case
        when jsonb_typeof({{ object }} -> '{{ key }}') = 'string'
            then {{ object }} ->> '{{ key }}'
    end
{%- endmacro %}

{#
    A direct identifier that a JSON object holds under a key: the string itself, or its
    token where the loader has sealed it (`loaders.records.sealing`); null where neither.
#}
{% macro identifier_of(object, key) -%}
    coalesce(
        nullif({{ string_of(object, key) }}, ''), {{ object }} -> '{{ key }}' ->> 'sealed'
    )
{%- endmacro %}

{# The MD5 of an identifier, in the clear or sealed; null where there is none. #}
{% macro identifier_md5(object, key) -%}
    coalesce(
        md5(nullif({{ string_of(object, key) }}, '')),
        substring({{ object }} -> '{{ key }}' ->> 'md5' from '^[0-9a-f]{32}$')
    )
{%- endmacro %}

{# A platform name of the source: one of its list, or `other`; null stays null. #}
{% macro platform(name) -%}
    case
        when {{ name }} in ('web', 'ios', 'android', 'desktop') then {{ name }}
        when {{ name }} is not null then 'other'
    end::marts.platform_type
{%- endmacro %}

{#
    An IP address with its host part removed (IPv4 /24, IPv6 /48), or null for a text
    that is none: a cast would raise, and PostgreSQL 15 has no way to ask first.
#}
{% macro truncated_ip(address) -%}
    case
        when {{ address }} ~ '{{ ipv4_pattern() }}'
            then network(set_masklen(({{ address }})::inet, 24))
        when {{ address }} ~* '{{ ipv6_pattern() }}'
            then network(set_masklen(({{ address }})::inet, 48))
    end::inet
{%- endmacro %}

{% macro ipv4_pattern() -%}
    {%- set octet = '(25[0-5]|2[0-4][0-9]|1[0-9]{2}|[1-9]?[0-9])' -%}
    ^({{ octet }}[.]){3}{{ octet }}$
{%- endmacro %}

{% macro ipv6_pattern() -%}
    {%- set group = '[0-9a-f]{1,4}' -%}
    {%- set forms = ['(' ~ group ~ ':){7}' ~ group, '(' ~ group ~ ':){1,7}:'] -%}
    {%- for before in range(1, 7) -%}
        {%- do forms.append(
            '(' ~ group ~ ':){1,' ~ before ~ '}(:' ~ group ~ '){1,' ~ (7 - before) ~ '}'
        ) -%}
    {%- endfor -%}
    ^({{ forms | join('|') }}|:((:{{ group }}){1,7}|:))$
{%- endmacro %}

{#
    The first non-null value in the order of the events (timestamp, then event id as
    bytes). Every use in one query shares one sort.
#}
{% macro earliest(value) -%}
    (
        array_agg({{ value }} order by "timestamp", event_ref collate "C")
        filter (where {{ value }} is not null)
    )[1]
{%- endmacro %}
