with

reported as (
    select '2024-01-29'::date as week
),

-- as on the page of experiments, whose verdicts are found by it
named as (
    select
        case
            when count(*) over (partition by coalesce(name, experiment_ref)) = 1
                then coalesce(name, experiment_ref)
            else coalesce(name || ' · ', '') || experiment_ref
        end as experiment,
        -- whoever completes an experiment before its end ends it
        case status
            when 'completed' then least(end_date, updated_at)
            else end_date
        end at time zone 'UTC' as concluded_at
    from marts.experiments
)

select
    named.experiment,
    named.concluded_at::date as date
from named
cross join reported
where
    named.concluded_at >= reported.week
    and named.concluded_at < reported.week + 7
order by
    named.concluded_at,
    named.experiment
