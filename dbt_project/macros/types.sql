{# The enum types of the source document; `do` because `create type` knows no `if not exists`. #}

{% macro create_marts_schema() -%}
    create schema if not exists marts
{%- endmacro %}

{% macro create_platform_type() -%}
    do $$ begin
        create type marts.platform_type as enum (
            'web', 'ios', 'android', 'desktop', 'other'
        );
    exception when duplicate_object then null;
    end $$
{%- endmacro %}

{% macro create_event_status() -%}
    do $$ begin
        create type marts.event_status as enum (
            'pending', 'processed', 'invalid', 'suppressed'
        );
    exception when duplicate_object then null;
    end $$
{%- endmacro %}
