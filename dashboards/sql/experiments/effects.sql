select
    coalesce(experiments.name || ' · ', '') || experiments.experiment_ref as experiment,
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
where not results.is_control
order by
    experiments.start_date desc nulls last,
    experiments.experiment_ref asc,
    results.metric_position asc,
    results.variant asc
