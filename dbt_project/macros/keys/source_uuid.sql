{#
    The key of a source's own id: the id itself where it is a UUID, otherwise derived
    from kind and id (both SQL), so that the same id always gives the same key.
#}
{% macro source_uuid(kind, id) -%}
    case
        when length({{ id }}) = 36
            and {{ id }} ~* '^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$'
            then {{ id }}::uuid
        else md5({{ kind }} || ':' || {{ id }})::uuid
    end
{%- endmacro %}
