-- The least that marts.events takes: first of its duplicates, judged by consent, typed.
-- It takes every event for valid, which the simulated ones are.

create table plain.events as

with

landed as (
    select
        events.*,
        loads.landing_order,
        md5('event:' || events.event_id)::uuid as event_key
    from raw.events
    inner join raw.loads on events.load_id = loads.load_id
),

-- narrow: a sort of whole records would not fit into memory
firsts as (
    select distinct on (event_key)
        event_key,
        load_id,
        record_number
    from landed
    order by event_key, landing_order, record_number
),

periods as (
    select
        user_id,
        (data ->> 'analytics')::boolean as is_granted,
        "timestamp" as from_at,
        event_id as from_id,
        lead("timestamp") over by_time as to_at,
        lead(event_id) over by_time as to_id
    from landed
    where
        event_name = 'consent_updated'
        and user_id is not null
        and (load_id, record_number) in (
            select
                firsts.load_id,
                firsts.record_number
            from firsts
        )
    window by_time as (partition by user_id order by "timestamp", event_id collate "C")
),

withdrawn as (
    select
        periods.user_id,
        landed.load_id,
        landed.record_number
    from periods
    inner join landed
        on
            periods.user_id = landed.user_id
            and (landed."timestamp", landed.event_id collate "C")
            > (periods.from_at, periods.from_id collate "C")
            and (
                periods.to_at is null
                or (landed."timestamp", landed.event_id collate "C")
                < (periods.to_at, periods.to_id collate "C")
            )
    where
        not periods.is_granted
        and landed.event_name <> 'consent_updated'
)

select
    landed.event_key as id,
    landed.event_id as event_ref,
    coalesce(
        md5('user:' || landed.user_id)::uuid,
        md5('session:' || landed.session_id)::uuid,
        landed.event_key
    ) as actor_key,
    md5('user:' || landed.user_id)::uuid as user_id,
    landed.user_id as user_ref,
    md5('session:' || landed.session_id)::uuid as session_id,
    landed.session_id as session_ref,
    landed.event_name,
    event_types.event_category,
    coalesce(event_types.is_interaction, false) as is_interaction,
    landed."timestamp",
    (landed."timestamp" at time zone 'UTC')::date as date,
    landed.client_timestamp,
    (landed.metadata ->> 'serverProcessingTimeMs')::double precision
    * interval '1 millisecond' as server_processing_time,
    case
        when landed.data ? 'ipAddress'
            then jsonb_set(
                landed.data,
                '{ipAddress}',
                to_jsonb(network(set_masklen((landed.data ->> 'ipAddress')::inet, 24)))
            )
        else landed.data
    end as event_data,
    landed.metadata ->> 'url' as url,
    landed.metadata ->> 'pathname' as pathname,
    landed.metadata ->> 'referrer' as referrer,
    (landed.metadata ->> 'platform')::marts.platform_type as platform,
    landed.metadata ->> 'browser' as browser,
    landed.metadata ->> 'browserVersion' as browser_version,
    landed.metadata ->> 'os' as os,
    landed.metadata ->> 'osVersion' as os_version,
    landed.metadata ->> 'userAgent' as user_agent,
    network(set_masklen((landed.metadata ->> 'ipAddress')::inet, 24))::inet
        as ip_address,
    landed.metadata ->> 'country' as country,
    landed.metadata ->> 'region' as region,
    landed.metadata ->> 'city' as city,
    case
        when withdrawn.load_id is null then 'processed'
        else 'suppressed'
    end::marts.event_status as status,
    true as is_valid,
    null::jsonb as validation_errors
from landed
inner join firsts
    on
        landed.load_id = firsts.load_id
        and landed.record_number = firsts.record_number
left join intermediate.event_types on landed.event_name = event_types.event_name
left join withdrawn
    on
        landed.load_id = withdrawn.load_id
        and landed.record_number = withdrawn.record_number
