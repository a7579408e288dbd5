{#
    Native monthly partitions under the stock incremental materialization. A model sets
    `partition_by` (a timestamptz column) and `months_of` (a model whose column of the
    same name holds every instant to come); the partitions are made before the rows.
#}

{% macro postgres__create_table_as(temporary, relation, sql) -%}
    {%- set partition_by = config.get('partition_by') -%}
    {%- if temporary or not partition_by -%}
        {{ return(dbt.postgres__create_table_as(temporary, relation, sql)) }}
    {%- endif %}
    create table {{ relation }} {{ get_table_columns_and_constraints() }}
    partition by range ("{{ partition_by }}");
    -- sorted into an index afterwards, not row by row
    alter table {{ relation }} drop constraint {{ relation.identifier }}_pkey;
    {% for month in months_to_come() %}
    {{ create_month_partition(relation, month) }};
    {% endfor %}
    insert into {{ relation }} {{ insert_columns() }}
    {{ get_select_subquery(sql) }};
    alter table {{ relation }} add primary key ({{ primary_key_columns() }});
{%- endmacro %}

{% macro insert_columns() -%}
    ({{ get_quoted_csv(model['columns'].values() | map(attribute='name')) }})
{%- endmacro %}

{% macro primary_key_columns() -%}
    {%- set keys = model.constraints | selectattr('type', 'equalto', 'primary_key') | list -%}
    {{ get_quoted_csv(keys[0].columns) }}
{%- endmacro %}

{# First days of the months of `months_of`, as 'YYYY-MM-01', oldest first. #}
{% macro months_to_come(since_build=0) -%}
    {%- set instant = '"' ~ config.require('partition_by') ~ '"' -%}
    {%- set months -%}
        select distinct to_char({{ instant }} at time zone 'UTC', 'YYYY-MM-01') as month
        from {{ ref(config.require('months_of')) }}
        where build_id > {{ since_build }}
        order by month
    {%- endset -%}
    {{ return(run_query(months).columns[0].values()) }}
{%- endmacro %}

{% macro create_month_partition(relation, month) -%}
    {%- set partition = api.Relation.create(
        schema=relation.schema,
        identifier=relation.identifier ~ '_' ~ month[:4] ~ month[5:7],
    ).include(database=false) -%}
    create table if not exists {{ partition }}
    partition of {{ relation }}
    for values from ('{{ month }} 00:00:00+00')
    to (('{{ month }}'::timestamp + interval '1 month') at time zone 'UTC')
{%- endmacro %}

{# Hook before an incremental build: the months that the news brings. #}
{% macro create_months_of_news() -%}
    {%- if is_building() and is_incremental() -%}
        {%- for month in months_to_come(built_through(this.name)) %}
    {{ create_month_partition(this, month) }};
        {%- endfor -%}
    {%- endif -%}
{%- endmacro %}
