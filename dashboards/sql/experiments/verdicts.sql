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

-- of the metric that decides, the variant that is most surely different
deciding as (
    select distinct on (experiment_id)
        experiment_id,
        metric_name,
        variant,
        lift,
        p_value_adjusted,
        power
    from marts.experiment_results
    where not is_control
    order by
        experiment_id asc,
        metric_position asc,
        p_value_adjusted asc nulls last,
        variant asc
),

winners as (
    select
        experiments.id as experiment_id,
        results.is_control,
        results.lift,
        results.lift_ci_low,
        results.lift_ci_high
    from marts.experiments as experiments
    inner join deciding on experiments.id = deciding.experiment_id
    inner join marts.experiment_results as results
        on
            experiments.id = results.experiment_id
            and experiments.winning_variant = results.variant
            and deciding.metric_name = results.metric_name
),

assigned as (
    select
        experiment_id,
        count(*) as users
    from analyst.experiment_assignments
    where not is_contaminated
    group by experiment_id
)

select
    named.experiment,
    experiments.status,
    case
        when experiments.srm_p_value < 0.001
            then
                'Not to be trusted: users were not split as planned (sample ratio'
                || ' mismatch), so whatever differs may come from that.'
        when winners.is_control
            then
                'Keep ' || experiments.winning_variant || ': what was tried instead is'
                || ' worse on ' || deciding.metric_name || '.'
        when experiments.winning_variant is not null
            then
                experiments.winning_variant || ' wins on ' || deciding.metric_name
                || coalesce(
                    ': ' || to_char(100 * winners.lift, 'FMSG999990.0') || ' %'
                    || coalesce(
                        ', surely between '
                        || to_char(100 * winners.lift_ci_low, 'FMSG999990.0') || ' and '
                        || to_char(100 * winners.lift_ci_high, 'FMSG999990.0') || ' %',
                        ''
                    ),
                    ''
                )
                || '.'
        when experiments.statistical_significance is null
            then 'Nothing can be said yet.'
        else
            'No difference found on ' || deciding.metric_name
            || coalesce(
                '; had there been one of 5 %, it would have been found in '
                || to_char(100 * deciding.power, 'FM990') || ' of 100 such experiments',
                ''
            )
            || '.'
    end as verdict,
    coalesce(assigned.users, 0) as users,
    experiments.contaminated_users as left_out,
    round(deciding.p_value_adjusted::numeric, 4) as p_value,
    round(experiments.srm_p_value, 4) as ratio_p_value,
    (experiments.start_date at time zone 'UTC')::date as started,
    (experiments.end_date at time zone 'UTC')::date as ends
from marts.experiments as experiments
inner join named on experiments.id = named.experiment_id
left join deciding on experiments.id = deciding.experiment_id
left join winners on experiments.id = winners.experiment_id
left join assigned on experiments.id = assigned.experiment_id
order by
    experiments.start_date desc nulls last,
    experiments.experiment_ref asc
limit 100
