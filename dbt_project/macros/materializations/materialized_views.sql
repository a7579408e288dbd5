{#
    Two things that dbt does otherwise with a materialized view. It refreshes under a lock
    that readers wait for: every one here has a unique index, so it can be refreshed
    beside them. And after an edit of the SQL it goes on refreshing the old definition:
    the hash of the last one is kept, and another one rebuilds the view.
#}

{% macro postgres__refresh_materialized_view(relation) -%}
    refresh materialized view concurrently {{ relation }}
{%- endmacro %}

{% macro materialized_view_get_build_sql(
    existing_relation, target_relation, backup_relation, intermediate_relation
) -%}
    {%- if existing_relation is not none and is_redefined(sql) -%}
        {{ return(get_replace_sql(existing_relation, target_relation, sql)) }}
    {%- endif -%}
    {{ return(dbt.materialized_view_get_build_sql(
        existing_relation, target_relation, backup_relation, intermediate_relation
    )) }}
{%- endmacro %}

{% macro create_definitions_table() -%}
    create table if not exists intermediate.definitions (
        model_name text primary key,
        sql_md5 text not null
    )
{%- endmacro %}

{% macro is_redefined(sql) -%}
    {{ return(0 == single_number(
        "select count(*) from intermediate.definitions where model_name = '" ~ this.name
        ~ "' and sql_md5 = '" ~ local_md5(sql) ~ "'"
    )) }}
{%- endmacro %}

{# Hook in the view's own transaction. #}
{% macro record_definition() -%}
    {%- if is_building() -%}
    insert into intermediate.definitions (model_name, sql_md5)
    values ('{{ this.name }}', '{{ local_md5(model.compiled_code) }}')
    on conflict (model_name) do update set sql_md5 = excluded.sql_md5
    {%- endif -%}
{%- endmacro %}
