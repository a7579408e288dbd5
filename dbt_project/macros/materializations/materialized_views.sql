{#
    Three things that dbt does otherwise with a materialized view. It refreshes under a
    lock that readers wait for: every one here has a unique index, so it can be refreshed
    beside them. It refreshes whether or not there is news: the last change of what a view
    reads is kept, and a view without news is left alone. And after an edit of the SQL it
    goes on refreshing the old definition: the hash of the last one is kept, and another
    one rebuilds the view.
#}

{% macro postgres__refresh_materialized_view(relation) -%}
    refresh materialized view concurrently {{ relation }}
{%- endmacro %}

{% macro materialized_view_get_build_sql(
    existing_relation, target_relation, backup_relation, intermediate_relation
) -%}
    {%- if existing_relation is not none and is_redefined(sql) -%}
        {{ return(get_replace_sql(existing_relation, target_relation, sql)) }}
    {%- elif existing_relation is not none and not should_full_refresh()
        and not has_news() -%}
        {{ return('') }}
    {%- endif -%}
    {{ return(dbt.materialized_view_get_build_sql(
        existing_relation, target_relation, backup_relation, intermediate_relation
    )) }}
{%- endmacro %}

{% macro create_refreshes_table() -%}
    create table if not exists intermediate.refreshes (
        model_name text primary key,
        sql_md5 text not null,
        inputs text not null,
        build_id bigint not null references intermediate.builds (build_id)
    )
{%- endmacro %}

{% macro is_redefined(sql) -%}
    {{ return(not is_refreshed_with("sql_md5 = '" ~ local_md5(sql) ~ "'")) }}
{%- endmacro %}

{% macro has_news() -%}
    {{ return(not is_refreshed_with("inputs = '" ~ inputs_as_they_are() ~ "'")) }}
{%- endmacro %}

{% macro is_refreshed_with(condition) -%}
    {{ return(0 < single_number(
        "select count(*) from intermediate.refreshes where model_name = '" ~ this.name
        ~ "' and " ~ condition
    )) }}
{%- endmacro %}

{# What a view reads, each with the build of its last change; of a seed, with its content. #}
{% macro inputs_as_they_are() -%}
    {%- set contents = [] -%}
    {%- for seed_id in model.depends_on.nodes if seed_id.startswith('seed.') -%}
        {%- set seed = graph.nodes[seed_id] -%}
        {%- do contents.append(seed.name ~ ' ' ~ seed.checksum.checksum) -%}
    {%- endfor -%}
    {%- set changes -%}
        select coalesce(string_agg(model_name || ' ' || build_id, ', ' order by model_name), '')
        from intermediate.changes
        where model_name in ('{{ incremental_parents(model) | join("', '") }}')
    {%- endset -%}
    {%- do contents.append(run_query(changes).columns[0].values()[0]) -%}
    {{ return(contents | join(', ')) }}
{%- endmacro %}

{# Hook in the view's own transaction. #}
{% macro record_refresh() -%}
    {%- if is_building() -%}
    insert into intermediate.refreshes (model_name, sql_md5, inputs, build_id)
    values (
        '{{ this.name }}',
        '{{ local_md5(model.compiled_code) }}',
        '{{ inputs_as_they_are() }}',
        {{ build_id() }}
    )
    on conflict (model_name) do update
    set
        sql_md5 = excluded.sql_md5,
        inputs = excluded.inputs,
        build_id = excluded.build_id
    {%- endif -%}
{%- endmacro %}
