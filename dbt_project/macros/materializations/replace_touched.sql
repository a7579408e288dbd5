{#
    Incremental strategy: delete what a log says is touched, then insert the new rows,
    so that a key which no longer has a row loses it. A model sets

    - `touched`: the log of what the model has to follow, by `build_id`;
    - `touched_on`: SQL that joins `target` to `touched`;
    - `keep_untouched`: true where the query may give a row again that is there already
      and was not touched, which then stays as it is.
#}
{% macro get_incremental_replace_touched_sql(arg_dict) -%}
    {%- set columns = get_quoted_csv(
        arg_dict['dest_columns'] | map(attribute='name')
    ) -%}
    {#- a statement of its own, in the same transaction, so that its rows are known -#}
    {%- call statement('replaced') %}
    delete from {{ arg_dict['target_relation'] }} as target
    using {{ ref(config.require('touched')) }} as touched
    where
        {{ config.require('touched_on') }}
        and touched.build_id > {{ built_through(this.name) }}
    {%- endcall %}
    insert into {{ arg_dict['target_relation'] }} ({{ columns }})
    select {{ columns }} from {{ arg_dict['temp_relation'] }}
    {%- if config.get('keep_untouched') %} on conflict do nothing{% endif %}
{%- endmacro %}
