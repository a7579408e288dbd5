{#
    Hook after a table is built anew. Without statistics the planner takes a third of the
    table for news, and reads all of history for a small batch; later ones autovacuum
    keeps well enough, as news lies beyond what they know and is taken for little.
#}
{% macro analyze_when_new() -%}
    {%- if is_building() and model.config.materialized == 'incremental' -%}
        {%- if not is_incremental() -%}
    analyze {{ this }}
        {%- endif -%}
    {%- endif -%}
{%- endmacro %}
