{#
    What analysts read of marts and metrics. Hooks in the model's own transaction, so that
    no table is ever there with other rights than `readers` of its columns says. Nothing
    is changed where nothing differs, and nothing where the role is not there.
#}

{# Select on all columns but those that `readers` keeps for stewards. #}
{% macro grant_to_analysts() -%}
    {%- if is_building() -%}
    {%- set columns = model.columns.values() -%}
    {%- set kept = columns | selectattr('config.meta.readers', 'defined')
        | map(attribute='name') | list -%}
    {%- set readable = columns | map(attribute='name') | reject('in', kept) | list -%}
    do $$ begin
        if to_regrole('chhimeki_analyst') is not null and (
            select
                coalesce(
                    array_agg(attname::text order by attname)
                    filter (
                        where has_column_privilege(
                            'chhimeki_analyst', attrelid, attnum, 'select'
                        )
                    ),
                    '{}'
                )
            from pg_attribute
            where attrelid = '{{ this }}'::regclass and attnum > 0 and not attisdropped
        ) <> array['{{ readable | sort(case_sensitive=true) | join("', '") }}'] then
            revoke all on {{ this }} from chhimeki_analyst;
            grant select {% if kept %}({{ get_quoted_csv(readable) }}) {% endif -%}
            on {{ this }} to chhimeki_analyst;
        end if;
    end $$
    {%- endif -%}
{%- endmacro %}

{#
    Only rows of the countries of var `analyst_countries`, where it names any. Forced, for
    the policy has to hold through views of the table's owner as well.
#}
{% macro limit_analysts_to_countries() -%}
    {%- set column = ['country', 'country_code'] | select('in', model.columns) | first -%}
    {%- if is_building() and column -%}
    {%- set countries = var('analyst_countries') -%}
    do $$ begin
        if to_regrole('chhimeki_analyst') is not null and coalesce(
            (
                select obj_description(oid, 'pg_policy')
                from pg_policy
                where
                    polrelid = '{{ this }}'::regclass
                    and polname = 'countries_of_analysts'
            ),
            ''
        ) <> '{{ countries | join(", ") }}' then
            drop policy if exists rows_of_everybody on {{ this }};
            drop policy if exists countries_of_analysts on {{ this }};
            alter table {{ this }} disable row level security;
            alter table {{ this }} no force row level security;
            {%- if countries %}
            alter table {{ this }} enable row level security;
            alter table {{ this }} force row level security;
            create policy rows_of_everybody on {{ this }} using (true);
            create policy countries_of_analysts on {{ this }}
            as restrictive for select using (
                not pg_has_role('chhimeki_analyst', 'usage')
                or {{ column }} in ('{{ countries | join("', '") }}')
            );
            comment on policy countries_of_analysts on {{ this }}
            is '{{ countries | join(", ") }}';
            {%- endif %}
        end if;
    end $$
    {%- endif -%}
{%- endmacro %}
