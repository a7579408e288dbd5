{#
    The relation of a model further down, as the build before left it. A log of what is
    about to be replaced has to read the rows that its reader will replace, which `ref`
    would call a cycle. To be used in the branch of `follows_builds_of` only.
#}
{% macro as_last_built(model_name, schema) -%}
    {{ return(api.Relation.create(
        database=target.database, schema=schema, identifier=model_name
    )) }}
{%- endmacro %}

{# Whether this log is being added to and its reader is there: else there is nothing to replace. #}
{% macro follows_builds_of(model_name, schema) -%}
    {{ return(
        is_incremental()
        and load_cached_relation(as_last_built(model_name, schema)) is not none
    ) }}
{%- endmacro %}
