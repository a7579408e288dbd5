{#
    Where the analysis of experiments, which is not SQL, lands what it found. It writes
    the rows of an experiment anew; `experiment_results` and `experiments` read them.
#}

{% macro create_analysis_schema() -%}
    create schema if not exists analysis
{%- endmacro %}

{% macro create_experiment_analyses() -%}
    create table if not exists analysis.experiment_analyses (
        experiment_id uuid primary key,
        control text,
        srm_p_value double precision,
        users bigint,
        contaminated_users bigint,
        note text,
        build_id bigint not null
    )
{%- endmacro %}

{% macro create_experiment_results() -%}
    create table if not exists analysis.experiment_results (
        experiment_id uuid not null,
        metric_name text not null,
        metric_position integer not null,
        metric_type text not null,
        variant text not null,
        is_control boolean not null,
        users bigint not null,
        total numeric,
        mean double precision,
        variance double precision,
        difference double precision,
        ci_low double precision,
        ci_high double precision,
        p_value double precision,
        p_value_adjusted double precision,
        lift double precision,
        lift_ci_low double precision,
        lift_ci_high double precision,
        cuped_difference double precision,
        cuped_ci_low double precision,
        cuped_ci_high double precision,
        cuped_p_value double precision,
        cuped_theta double precision,
        sequential_p_value double precision,
        sequential_ci_low double precision,
        sequential_ci_high double precision,
        power double precision,
        minimum_detectable_effect double precision,
        note text,
        build_id bigint not null
    )
{%- endmacro %}

{# Of hashes: a name may be longer than a page of an index, which no primary key can hold. #}
{% macro create_experiment_results_key() -%}
    create unique index if not exists experiment_results_key
    on analysis.experiment_results (experiment_id, md5(metric_name), md5(variant))
{%- endmacro %}
