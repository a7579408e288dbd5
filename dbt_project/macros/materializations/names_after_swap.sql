{#
    Hook after a full refresh, outside its transaction. dbt builds a table beside the old
    one and swaps their names; the primary key and the partitions keep the name of the
    swap. With the old table gone, they take the table's.
#}
{% macro take_names_after_swap() -%}
    {%- if is_building() and not is_incremental() %}
    {%- set table = this.include(database=false) %}
    do $$
    declare
        leftover record;
    begin
        for leftover in
            select conname
            from pg_constraint
            where
                conrelid = '{{ table }}'::regclass
                and contype = 'p'
                and conname <> '{{ this.identifier }}_pkey'
        loop
            execute format(
                'alter table {{ table }} rename constraint %I to {{ this.identifier }}_pkey',
                leftover.conname
            );
        end loop;
        for leftover in
            select
                inhrelid::regclass as partition,
                '{{ this.identifier }}' || right(relname, 7) as new_name
            from pg_inherits
            inner join pg_class on pg_class.oid = pg_inherits.inhrelid
            where
                inhparent = '{{ table }}'::regclass
                and relname <> '{{ this.identifier }}' || right(relname, 7)
        loop
            execute format(
                'alter table %s rename to %I', leftover.partition, leftover.new_name
            );
        end loop;
    end $$
    {%- endif -%}
{%- endmacro %}
