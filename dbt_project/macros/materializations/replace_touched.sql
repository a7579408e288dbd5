{#
    Incremental strategy: delete what a log says is touched, then insert the new rows,
    so that a key which no longer has a row loses it. A model sets

    - `touched`: the log of what the model has to follow, by `build_id`;
    - `touched_on`: SQL that joins `target` to `touched`;
    - `newest_alone`: true where the log is written anew for all that the model missed, and
      the query follows its newest build alone (`build_to_follow`): older rows have been
      followed, or are in the newest again;
    - `keep_untouched`: true where the query may give a row again that is there already
      and was not touched, which then stays as it is.
#}
{% macro get_incremental_replace_touched_sql(arg_dict) -%}
    {%- set columns = get_quoted_csv(
        arg_dict['dest_columns'] | map(attribute='name')
    ) -%}
    {%- set log = ref(config.require('touched')) -%}
    {#- a statement of its own, in the same transaction, so that its rows are known -#}
    {%- call statement('replaced') %}
    delete from {{ arg_dict['target_relation'] }} as target
    using {{ log }} as touched
    where
        {{ config.require('touched_on') }}
        {%- if config.get('newest_alone') %}
        and touched.build_id = {{ build_to_follow(log) }}
        {%- else %}
        and touched.build_id > {{ built_through(this.name) }}
        {%- endif %}
    {%- endcall %}
    insert into {{ arg_dict['target_relation'] }} ({{ columns }})
    select {{ columns }} from {{ arg_dict['temp_relation'] }}
    {%- if config.get('keep_untouched') %} on conflict do nothing{% endif %}
{%- endmacro %}
