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

metrics as (
    select distinct on (results.experiment_id)
        results.experiment_id,
        results.metric_name,
        results.metric_type,
        experiments.experiment_ref,
        experiments.start_date,
        experiments.end_date,
        experiments.target_metrics
        -> (results.metric_position - 1)
        ->> 'event' as event_name
    from marts.experiment_results as results
    inner join marts.experiments as experiments
        on results.experiment_id = experiments.id
    order by
        results.experiment_id,
        results.metric_position
),

arms as (
    select
        metrics.experiment_id,
        results.variant,
        results.is_control
    from metrics
    inner join marts.experiment_results as results
        on
            metrics.experiment_id = results.experiment_id
            and metrics.metric_name = results.metric_name
),

assigned as (
    select
        experiment_id,
        user_id,
        variant,
        assigned_at
    from analyst.experiment_assignments
    where not is_contaminated
),

outcomes as (
    select
        metrics.experiment_id,
        assigned.variant,
        (events."timestamp" at time zone 'UTC')::date as date,
        row_number() over (
            partition by
                metrics.experiment_id,
                assigned.user_id
            order by
                events."timestamp",
                events.id
        ) as nth,
        metrics.metric_type
    from metrics
    inner join assigned on metrics.experiment_id = assigned.experiment_id
    inner join analyst.events as events
        on
            assigned.user_id = events.user_id
            and metrics.event_name = events.event_name
            and assigned.assigned_at <= events."timestamp"
            and coalesce(metrics.end_date, 'infinity') >= events."timestamp"
    where
        events.status = 'processed'
        and events."timestamp" >= (select min(first.assigned_at) from assigned as first)
),

-- the n-th event of a user makes the square of the user's count grow by 2n - 1
news as (
    select
        experiment_id,
        variant,
        date,
        0 as users,
        1 as total,
        2 * nth - 1 as squares
    from outcomes
    where
        nth = 1
        or metric_type = 'count'
    union all
    select
        experiment_id,
        variant,
        (assigned_at at time zone 'UTC')::date as date,
        1 as users,
        0 as total,
        0 as squares
    from assigned
),

daily as (
    select
        experiment_id,
        variant,
        date,
        sum(users) as users,
        sum(total) as total,
        sum(squares) as squares
    from news
    group by
        experiment_id,
        variant,
        date
),

begun as (
    select
        experiment_id,
        min(date) as first_date
    from daily
    group by experiment_id
),

dates as (
    select
        date,
        max(date) over () as as_of_date
    from metrics.active_users_daily
),

-- every date of every arm, so that an arm without news is compared, too
running as (
    select
        arms.experiment_id,
        arms.variant,
        arms.is_control,
        dates.date,
        sum(daily.users) over up_to as users,
        sum(daily.total) over up_to as total,
        sum(daily.squares) over up_to as squares
    from arms
    inner join metrics on arms.experiment_id = metrics.experiment_id
    inner join begun on arms.experiment_id = begun.experiment_id
    inner join dates
        on
            begun.first_date <= dates.date
            and (coalesce(metrics.end_date, 'infinity') at time zone 'UTC')
            >= dates.date
    left join daily
        on
            arms.experiment_id = daily.experiment_id
            and arms.variant = daily.variant
            and dates.date = daily.date
    where dates.date < dates.as_of_date
    window up_to as (
        partition by
            arms.experiment_id,
            arms.variant
        order by dates.date
    )
),

estimates as (
    select
        running.experiment_id,
        running.variant,
        running.is_control,
        running.date,
        running.users,
        running.total / running.users as mean,
        case metrics.metric_type
            when 'conversion'
                then running.total * (running.users - running.total) / running.users
            else
                (running.squares - running.total * running.total / running.users)
                * running.users
                / (running.users - 1)
        end
        / (running.users * running.users) as variance_of_mean
    from running
    inner join metrics on running.experiment_id = metrics.experiment_id
    where running.users > 1
)

select
    named.experiment,
    estimates.date,
    metrics.metric_name as metric,
    estimates.variant,
    estimates.users,
    round(estimates.mean - control.mean, 6) as difference,
    round(
        estimates.mean - control.mean
        - 1.96 * sqrt(estimates.variance_of_mean + control.variance_of_mean),
        6
    ) as ci_low,
    round(
        estimates.mean - control.mean
        + 1.96 * sqrt(estimates.variance_of_mean + control.variance_of_mean),
        6
    ) as ci_high
from estimates
inner join estimates as control
    on
        estimates.experiment_id = control.experiment_id
        and estimates.date = control.date
inner join metrics on estimates.experiment_id = metrics.experiment_id
inner join named on estimates.experiment_id = named.experiment_id
where
    not estimates.is_control
    and control.is_control
    and estimates.date >= (select max(dates.as_of_date) - 365 from dates)
order by
    metrics.start_date desc nulls last,
    metrics.experiment_ref asc,
    estimates.date asc,
    estimates.variant asc
