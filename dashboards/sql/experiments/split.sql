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
),

assigned as (
    select
        experiment_id,
        variant,
        count(*) as users
    from analyst.experiment_assignments
    where not is_contaminated
    group by
        experiment_id,
        variant
),

shares as (
    select
        experiment_id,
        variant,
        users,
        round(users / sum(users) over (partition by experiment_id), 4) as share
    from assigned
)

select
    named.experiment,
    shares.variant,
    shares.users,
    shares.share,
    case jsonb_typeof(experiments.traffic_allocation -> shares.variant)
        when 'number'
            then (experiments.traffic_allocation ->> shares.variant)::numeric
    end as planned_share,
    experiments.srm_p_value as sample_ratio_p_value
from shares
inner join marts.experiments as experiments on shares.experiment_id = experiments.id
inner join named on shares.experiment_id = named.experiment_id
order by
    experiments.start_date desc nulls last,
    experiments.experiment_ref asc,
    shares.variant asc
