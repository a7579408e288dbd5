{#
    A build is one `dbt build` or `dbt run`. Its id rises with every build and is written
    beside each row of a ledger or log; a model's watermark is the id of the last build
    that brought the model up to date. Both are literals by the time a query runs.
#}

{% macro create_bookkeeping_schema() -%}
    create schema if not exists intermediate
{%- endmacro %}

{% macro create_builds_table() -%}
    create table if not exists intermediate.builds (
        build_id bigint generated always as identity primary key,
        invocation_id text not null unique,
        landed_through bigint not null,
        started_at timestamptz not null default now()
    )
{%- endmacro %}

{% macro create_watermarks_table() -%}
    create table if not exists intermediate.watermarks (
        model_name text primary key,
        build_id bigint not null references intermediate.builds (build_id)
    )
{%- endmacro %}

{% macro create_changes_table() -%}
    create table if not exists intermediate.changes (
        model_name text primary key,
        build_id bigint not null references intermediate.builds (build_id)
    )
{%- endmacro %}

{# A model that was renamed or removed would stay behind for ever. #}
{% macro forget_gone_models() -%}
    {%- if is_building() -%}
    {%- set models = graph.nodes.values() | selectattr('resource_type', 'equalto', 'model')
        | map(attribute='name') | list -%}
    delete from intermediate.watermarks
    where model_name not in ('{{ models | join("', '") }}')
    {%- endif -%}
{%- endmacro %}

{# Not while parsing or testing; a unit test has no build to ask for. #}
{% macro is_building() -%}
    {{ return(
        execute
        and flags.WHICH in ('run', 'build')
        and model.resource_type != 'unit_test'
    ) }}
{%- endmacro %}

{% macro start_build() -%}
    {%- if is_building() -%}
    insert into intermediate.builds (invocation_id, landed_through)
    select '{{ invocation_id }}', coalesce(max(loads.landing_order), 0)
    from raw.loads
    {%- endif -%}
{%- endmacro %}

{% macro single_number(query) -%}
    {%- if not is_building() %}{{ return(0) }}{% endif -%}
    {{ return(run_query(query).columns[0].values()[0] | int) }}
{%- endmacro %}

{% macro build_id() -%}
    {{ return(single_number(
        "select build_id from intermediate.builds where invocation_id = '"
        ~ invocation_id ~ "'"
    )) }}
{%- endmacro %}

{% macro landed_through() -%}
    {{ return(single_number(
        "select landed_through from intermediate.builds where invocation_id = '"
        ~ invocation_id ~ "'"
    )) }}
{%- endmacro %}

{# Last build that a model has followed; 0 for the model itself while it is built anew. #}
{% macro built_through(model_name) -%}
    {%- if model_name == this.name and not is_incremental() %}{{ return(0) }}{% endif -%}
    {{ return(single_number(
        "select coalesce(max(build_id), 0) from intermediate.watermarks"
        ~ " where model_name = '" ~ model_name ~ "'"
    )) }}
{%- endmacro %}

{#
    Ids of the loads that this model has not seen, for `in`: as literals, for the planner
    looks news up by them where a join with `loads` would have it read all that landed.
#}
{% macro new_loads() -%}
    {%- if not is_building() %}{{ return('(null)') }}{% endif -%}
    {%- set seen -%}
        select coalesce(max(landed_through), 0)
        from intermediate.builds
        inner join intermediate.watermarks using (build_id)
        where model_name = '{{ this.name }}'
    {%- endset -%}
    {%- set loads = run_query(
        "select load_id from raw.loads where landing_order > (" ~ seen ~ ")"
        ~ " and landing_order <= " ~ landed_through()
    ) -%}
    {{ return('(' ~ (['null'] + loads.columns[0].values() | list) | join(', ') ~ ')') }}
{%- endmacro %}

{#
    The build whose rows of a log this model has still to follow; 0 where none. A log
    is written anew for all that its reader missed, so its newest build holds the rest.
#}
{% macro build_to_follow(log) -%}
    {{ return(single_number(
        "select coalesce(max(build_id), 0) from " ~ log
        ~ " where build_id > " ~ built_through(this.name)
    )) }}
{%- endmacro %}

{# Names of the incremental models that a model reads, through views of both kinds too. #}
{% macro incremental_parents(node) -%}
    {%- set names = [] -%}
    {%- for parent_id in node.depends_on.nodes if parent_id in graph.nodes -%}
        {%- set parent = graph.nodes[parent_id] -%}
        {%- if parent.config.materialized == 'incremental' -%}
            {%- do names.append(parent.name) -%}
        {%- elif parent.config.materialized in ('view', 'materialized_view') -%}
            {%- do names.extend(incremental_parents(parent)) -%}
        {%- endif -%}
    {%- endfor -%}
    {{ return(names | unique | list) }}
{%- endmacro %}

{#
    Hook in the model's own transaction. A model is no further than the parent that is
    furthest behind, so a build of a selection of models skips nothing for a later one.
#}
{% macro record_watermark() -%}
    {%- if is_building() and model.config.materialized == 'incremental' -%}
    {%- set parents = incremental_parents(model) -%}
    insert into intermediate.watermarks (model_name, build_id)
    {%- if parents %}
    select '{{ this.name }}', min(build_id)
    from intermediate.watermarks
    where model_name in ('{{ parents | join("', '") }}')
    {%- else %}
    values ('{{ this.name }}', {{ build_id() }})
    {%- endif %}
    on conflict (model_name) do update set build_id = excluded.build_id
    {%- endif -%}
{%- endmacro %}

{#
    Hook in the model's own transaction. Notes the build that last changed any of the
    model's rows, so that what stands on it knows whether there is anything to do.
#}
{% macro record_change() -%}
    {%- if is_building() and model.config.materialized == 'incremental' and (
        not is_incremental() or rows_of('main') + rows_of('replaced') > 0
    ) -%}
    insert into intermediate.changes (model_name, build_id)
    values ('{{ this.name }}', {{ build_id() }})
    on conflict (model_name) do update set build_id = excluded.build_id
    {%- endif -%}
{%- endmacro %}

{# Rows that a statement of the running model wrote or deleted; 0 where it had none. #}
{% macro rows_of(statement_name) -%}
    {%- set result = load_result(statement_name) -%}
    {{ return(result.response.rows_affected if result else 0) }}
{%- endmacro %}
