{{ config(
    indexes=[{'columns': ['id'], 'unique': true}],
) }}

-- Each model gives one credit a conversion away. A share that does not come out even is
-- rounded, and the last touch takes what that leaves, so credits sum to conversions
-- exactly. Only the sessions of a user's last days before a first event are read.
-- A channel may be a text longer than an index takes, so a row is told apart by a key.

with

conversions as (
    select * from {{ ref('conversions') }}
),

first_events as (
    select * from {{ ref('int_first_events_found') }}
    where first_at is not null
),

user_sessions as (
    select * from {{ ref('user_sessions') }}
),

session_referrers as (
    select * from {{ ref('int_session_referrers_found') }}
),

users as (
    select * from {{ ref('users') }}
),

converted as (
    select
        conversions.conversion,
        first_events.user_id,
        first_events.first_at as converted_at,
        coalesce(users.registration_source, 'direct') as own_channel
    from conversions
    inner join first_events on conversions.event_name = first_events.event_name
    inner join users on first_events.user_id = users.id
),

touches as (
    select
        converted.conversion,
        converted.user_id,
        coalesce(session_referrers.referrer_host, converted.own_channel) as channel,
        user_sessions.id is not null as is_touched,
        row_number() over by_time as touch_number,
        count(*) over of_conversion as touches
    from converted
    -- a conversion without a touch has one row all the same
    left join user_sessions
        on
            converted.user_id = user_sessions.user_id
            and converted.converted_at >= user_sessions.started_at
            and user_sessions.started_at
            >= converted.converted_at
            - {{ exact_days(var('conversion_lookback_days')) }}
    left join session_referrers on user_sessions.id = session_referrers.session_id
    window
        of_conversion as (partition by converted.conversion, converted.user_id),
        by_time as (
            partition by converted.conversion, converted.user_id
            order by
                user_sessions.started_at asc,
                user_sessions.session_ref collate "C" asc,
                user_sessions.id asc
        )
),

shares as (
    select
        *,
        touch_number = 1 as is_first,
        touch_number = touches as is_last,
        round(1::numeric / touches, 10) as even_share,
        case
            when touches = 1 then 1
            when touches = 2 then 0.5
            else 0.4
        end as end_share,
        round(0.2 / nullif(touches - 2, 0), 10) as middle_share
    from touches
),

credits as (
    select
        conversion,
        user_id,
        channel,
        is_touched,
        case when is_first then 1 else 0 end as first_touch,
        case when is_last then 1 else 0 end as last_touch,
        case
            when is_last then 1 - (touches - 1) * even_share
            else even_share
        end as linear,
        case
            when is_first then end_share
            when is_last
                then 1 - end_share - (touches - 2) * coalesce(middle_share, 0)
            else middle_share
        end as position_based
    from shares
),

channels as (
    select
        md5('conversion_channel:' || conversion || ':' || channel)::uuid as id,
        conversion,
        channel,
        count(distinct user_id) filter (where is_touched) as conversions_touched,
        count(*) filter (where not is_touched) as conversions_untouched,
        sum(first_touch) as first_touch,
        sum(last_touch) as last_touch,
        sum(linear)::numeric(24, 10) as linear,
        sum(position_based)::numeric(24, 10) as position_based
    from credits
    group by
        conversion,
        channel
)

select * from channels
