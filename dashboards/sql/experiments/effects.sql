with

-- names need not be unique, and what readers choose by has to be
named as (
    select
        id as experiment_id,
        case
            when count(*) over (partition by coalesce(name, experiment_ref)) = 1
                then coalesce(name, experiment_ref)
            else coalesce(name || ' · ', '') || experiment_ref
        end as experiment
    from marts.experiments
)

select
    named.experiment,
    results.metric_name as metric,
    results.variant,
    results.users,
    results.lift,
    results.lift_ci_low,
    results.lift_ci_high,
    results.difference,
    results.ci_low,
    results.ci_high,
    results.p_value_adjusted,
    results.power,
    results.note
from marts.experiment_results as results
inner join marts.experiments as experiments
    on results.experiment_id = experiments.id
inner join named on results.experiment_id = named.experiment_id
where not results.is_control
order by
    experiments.start_date desc nulls last,
    experiments.experiment_ref asc,
    results.metric_position asc,
    results.variant asc
