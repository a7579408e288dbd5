{#
    dbt asks information_schema for a relation's columns, which leaves out materialized
    views and with them the comments of their columns. The system catalogue has both.
#}
{% macro postgres__get_columns_in_relation(relation) -%}
    {%- call statement('columns_in_relation', fetch_result=true) %}
    select
        attname as column_name,
        format_type(atttypid, null) as data_type,
        information_schema._pg_char_max_length(atttypid, atttypmod)
            as character_maximum_length,
        information_schema._pg_numeric_precision(atttypid, atttypmod)
            as numeric_precision,
        information_schema._pg_numeric_scale(atttypid, atttypmod) as numeric_scale
    from pg_attribute
    inner join pg_class on pg_class.oid = pg_attribute.attrelid
    where
        pg_class.relname = '{{ relation.identifier }}'
        and pg_class.relnamespace = {{ namespace_of(relation) }}
        and attnum > 0
        and not attisdropped
    order by attnum
    {%- endcall -%}
    {{ return(sql_convert_columns_in_relation(load_result('columns_in_relation').table)) }}
{%- endmacro %}

{# A temporary table names no schema. #}
{% macro namespace_of(relation) -%}
    {%- if relation.schema -%}
        '{{ relation.schema }}'::regnamespace
    {%- else -%}
        pg_my_temp_schema()
    {%- endif -%}
{%- endmacro %}
