{#
    dbt refreshes with a lock that readers wait for. Every materialized view here has a
    unique index, so it can be refreshed beside them.
#}
{% macro postgres__refresh_materialized_view(relation) -%}
    refresh materialized view concurrently {{ relation }}
{%- endmacro %}
