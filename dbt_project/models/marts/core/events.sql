{{ config(
    partition_by='timestamp',
    months_of='int_events_changed',
    touched='int_events_restated',
    touched_on=(
        'target.id = touched.event_id and target.actor_key = touched.actor_key'
        ~ ' and target."timestamp" = touched."timestamp"'
    ),
    keep_untouched=true,
    pre_hook="{{ create_months_of_news() }}",
    indexes=[
        {'columns': ['actor_key', 'timestamp']},
        {'columns': ['session_id', 'timestamp']},
        {'columns': ['timestamp']},
    ],
) }}

-- the strategy deletes by this log, which the query reads only through a view; what the
-- query gives besides is new, or there since a build of a selection of models
-- depends_on: {{ ref('int_events_restated') }}
-- depends_on: {{ ref('int_events_changed') }}

with

changed as (
    {% if is_incremental() %}
    select distinct
        actor_key,
        load_id,
        record_number,
        landed_at
    from {{ ref('int_events_changed') }}
    where build_id > {{ built_through(this.name) }}
    {% else %}
    select
        actor_key,
        load_id,
        record_number,
        landed_at
    from {{ ref('int_events_first_landed') }}
    {% endif %}
),

validated as (
    select * from {{ ref('int_events_validated') }}
),

consent_changes as not materialized (
    select * from {{ ref('int_consent_changes') }}
),

touched_events as (
    select validated.*
    from validated
    inner join changed
        on
            validated.load_id = changed.load_id
            and validated.record_number = changed.record_number
            and validated.landed_at = changed.landed_at
    -- each event is validated once, not wherever its violations are named below
    offset 0  -- noqa: AM09
),

judged as (
    select
        touched_events.*,
        case
            when touched_events.validation_errors is not null then 'invalid'
            when touched_events.event_name = 'consent_updated' then 'processed'
            when not last_change.is_granted then 'suppressed'
            else 'processed'
        end::marts.event_status as status
    from touched_events
    left join lateral (
        select consent_changes.is_granted
        from consent_changes
        where
            consent_changes.user_id = touched_events.actor_key
            -- noqa: disable=RF03
            and (consent_changes."timestamp", consent_changes.event_ref collate "C")
            < (touched_events."timestamp", touched_events.event_ref collate "C")
            -- noqa: enable=RF03
        order by
            consent_changes."timestamp" desc,
            consent_changes.event_ref collate "C" desc  -- noqa: RF03
        limit 1
    ) as last_change on true
),

events as (
    select
        -- keys
        event_id as id,
        event_ref,
        actor_key,
        user_id,
        user_ref,
        session_id,
        session_ref,

        -- classification
        event_name,
        event_category,
        is_interaction,

        -- timing
        "timestamp",
        {{ reporting_date('"timestamp"') }} as date,
        client_timestamp,
        case
            when jsonb_typeof(metadata -> 'serverProcessingTimeMs') = 'number'
                then {{ interval_of_milliseconds(
                    "metadata ->> 'serverProcessingTimeMs'"
                ) }}
        end as server_processing_time,

        -- content: whole, but for the host part of an IP address
        case
            when data ? 'ipAddress'
                then data || jsonb_build_object(
                    'ipAddress', {{ truncated_ip("data ->> 'ipAddress'") }}
                )
            else data
        end as event_data,

        -- context
        {{ string_of('metadata', 'url') }} as url,
        {{ string_of('metadata', 'pathname') }} as pathname,
        {{ string_of('metadata', 'referrer') }} as referrer,
        {{ platform("metadata ->> 'platform'") }} as platform,
        {{ string_of('metadata', 'browser') }} as browser,
        {{ string_of('metadata', 'browserVersion') }} as browser_version,
        {{ string_of('metadata', 'os') }} as os,
        {{ string_of('metadata', 'osVersion') }} as os_version,
        {{ string_of('metadata', 'userAgent') }} as user_agent,
        {{ truncated_ip("metadata ->> 'ipAddress'") }} as ip_address,
        {{ string_of('metadata', 'country') }} as country,
        {{ string_of('metadata', 'region') }} as region,
        {{ string_of('metadata', 'city') }} as city,

        -- quality
        status,
        validation_errors is null as is_valid,
        validation_errors
    from judged
)

select * from events
