{{ config(
    indexes=[
        {'columns': ['user_id', 'experiment_id']},
        {'columns': ['experiment_id', 'build_id']},
        {'columns': ['build_id']},
    ],
) }}

-- What a touched user counts for is judged anew, by look-up, and compared with what the
-- ledger says: a batch costs the users that it touches, however many others are in the
-- experiment. Only the days on which the user's windows begin and end are counted from
-- events; a day that lies whole in one of them is counted already.

with

measured as (
    select * from {{ ref('int_experiments_measured') }}
),

variants_assigned as not materialized (
    select * from {{ ref('int_variants_assigned') }}
    where user_id is not null
),

assignments as not materialized (
    select * from {{ ref('experiment_assignments') }}
),

changed as (
    select * from {{ ref('int_events_changed') }}
    where
        build_id > {{ built_through(this.name) }}
        and user_id is not null
),

days_counted as not materialized (
    select * from {{ ref('int_actor_days_counted') }}
),

events as not materialized (
    select * from {{ ref('events') }}
    where status = 'processed'
),

metrics as (
    select
        measured.experiment_id,
        measured.end_date,
        metric.metric_name,
        metric.metric_type,
        metric.event_name
    from measured
    cross join lateral jsonb_to_recordset(measured.metrics)
        as metric (metric_name text, metric_type text, event_name text)
),

-- events that some metric asks for, and whose they are: not yet in which experiment
changed_in_metrics as (
    select
        user_id,
        event_name,
        min("timestamp") as first_at,
        max("timestamp") as last_at
    from changed
    where event_name in (select metrics.event_name from metrics)
    group by
        user_id,
        event_name
),

touched as (
    {% if is_incremental() %}
    select
        experiment_id,
        user_id
    from variants_assigned
    where build_id > {{ built_through(this.name) }}
    union
    select
        found.experiment_id,
        found.user_id
    from measured
    -- offset 0: a look-up by index each, whatever the planner makes of the news
    cross join lateral (
        select * from variants_assigned
        where experiment_id = measured.experiment_id
        offset 0  -- noqa: AM09
    ) as found
    where measured.build_id > {{ built_through(this.name) }}
    union
    select
        found.experiment_id,
        found.user_id
    from changed_in_metrics
    cross join lateral (
        select * from assignments
        where
            user_id = changed_in_metrics.user_id
            and not is_contaminated
        offset 0  -- noqa: AM09
    ) as found
    inner join metrics
        on
            found.experiment_id = metrics.experiment_id
            and changed_in_metrics.event_name = metrics.event_name
    where
        changed_in_metrics.last_at >= found.assigned_at - {{ pre_period() }}
        and changed_in_metrics.first_at
        <= greatest(coalesce(metrics.end_date, 'infinity'), found.assigned_at)
    {% else %}
    select
        experiment_id,
        user_id
    from assignments
    {% endif %}
),

placed as (
    select found.*
    from touched
    cross join lateral (
        select assignments.* from assignments
        where
            assignments.user_id = touched.user_id
            and assignments.experiment_id = touched.experiment_id
        offset 0  -- noqa: AM09
    ) as found
),

observing as (
    select
        experiment_id,
        coalesce(end_date, 'infinity') as end_date,
        array_agg(event_name) as event_names
    from metrics
    group by
        experiment_id,
        end_date
),

-- a contaminated user is in no result
windows as (
    select
        placed.experiment_id,
        placed.user_id,
        placed.assigned_at - {{ pre_period() }} as from_at,
        placed.assigned_at,
        observing.end_date,
        {{ reporting_date('(placed.assigned_at - ' ~ pre_period() ~ ')') }}
            as from_date,
        {{ reporting_date('placed.assigned_at') }} as assigned_date,
        {{ reporting_date('observing.end_date') }} as last_date,
        observing.event_names
    from placed
    inner join observing on placed.experiment_id = observing.experiment_id
    where not placed.is_contaminated
),

whole_days as (
    select
        windows.experiment_id,
        windows.user_id,
        found.event_name,
        found.date > windows.assigned_date as is_after,
        found.events_count
    from windows
    cross join lateral (
        select days_counted.* from days_counted
        where
            days_counted.actor_key = windows.user_id
            and days_counted.date > windows.from_date
            and days_counted.date <> windows.assigned_date
            -- one that ended before the assignment has days before it nevertheless
            and days_counted.date < greatest(windows.last_date, windows.assigned_date)
            and days_counted.event_name = any(windows.event_names)
        offset 0  -- noqa: AM09
    ) as found
),

border_dates as (
    select
        experiment_id,
        user_id,
        from_date as date
    from windows
    union
    select
        experiment_id,
        user_id,
        assigned_date as date
    from windows
    union
    select
        experiment_id,
        user_id,
        last_date as date
    from windows
    where
        end_date >= assigned_at
        and end_date < 'infinity'
),

border_days as (
    select
        windows.*,
        {{ day_start('border_dates.date') }} as starts_at,
        {{ day_start('border_dates.date + 1') }} as ends_at
    from border_dates
    inner join windows
        on
            border_dates.experiment_id = windows.experiment_id
            and border_dates.user_id = windows.user_id
),

events_of_border_days as (
    select
        border_days.experiment_id,
        border_days.user_id,
        found.event_name,
        found."timestamp" >= border_days.assigned_at as is_after,
        1 as events_count
    from border_days
    cross join lateral (
        select events.* from events
        where
            events.actor_key = border_days.user_id
            and events."timestamp" >= border_days.starts_at
            and events."timestamp" < border_days.ends_at
            and events."timestamp" >= border_days.from_at
            and (
                events."timestamp" < border_days.assigned_at
                or events."timestamp" <= border_days.end_date
            )
            and events.event_name = any(border_days.event_names)
        offset 0  -- noqa: AM09
    ) as found
),

events_in_windows as (
    select * from whole_days
    union all
    select * from events_of_border_days
),

observed as (
    select
        experiment_id,
        user_id,
        event_name,
        coalesce(sum(events_count) filter (where is_after), 0) as events_after,
        coalesce(sum(events_count) filter (where not is_after), 0) as events_before
    from events_in_windows
    group by
        experiment_id,
        user_id,
        event_name
),

outcomes as (
    select
        observed.experiment_id,
        metrics.metric_name,
        observed.user_id,
        placed.variant,
        case metrics.metric_type
            when 'conversion' then least(observed.events_after, 1)
            else observed.events_after
        end::bigint as value,
        case metrics.metric_type
            when 'conversion' then least(observed.events_before, 1)
            else observed.events_before
        end::bigint as value_before
    from observed
    inner join placed
        on
            observed.experiment_id = placed.experiment_id
            and observed.user_id = placed.user_id
    inner join metrics
        on
            observed.experiment_id = metrics.experiment_id
            and observed.event_name = metrics.event_name
),

judged as (
    select
        experiment_id,
        null as metric_name,
        user_id,
        variant,
        is_contaminated,
        0 as value,
        0 as value_before
    from placed
    union all
    -- who did nothing adds nothing to a sum
    select
        experiment_id,
        metric_name,
        user_id,
        variant,
        false as is_contaminated,
        value,
        value_before
    from outcomes
    where
        value > 0
        or value_before > 0
),

-- what the ledger says of the touched users: entries that no later one has taken back
known as (
    {% if is_incremental() %}
    select
        found.experiment_id,
        found.metric_name,
        found.user_id,
        found.variant,
        found.is_contaminated,
        found.value,
        found.value_before
    from touched
    cross join lateral (
        select * from {{ this }}
        where
            user_id = touched.user_id
            and experiment_id = touched.experiment_id
        offset 0  -- noqa: AM09
    ) as found
    group by
        found.experiment_id,
        found.metric_name,
        found.user_id,
        found.variant,
        found.is_contaminated,
        found.value,
        found.value_before
    having sum(found.change) > 0
    {% else %}
    select * from judged
    where false
    {% endif %}
),

-- `except` holds two nulls for one value
entered as (
    select * from judged
    except
    select * from known
),

taken_back as (
    select * from known
    except
    select * from judged
),

entries as (
    select
        *,
        1 as change
    from entered
    union all
    select
        *,
        -1 as change
    from taken_back
),

stamped as (
    select
        *,
        {{ build_id() }}::bigint as build_id
    from entries
)

select * from stamped
