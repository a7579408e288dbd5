{{ config(
    indexes=[
        {'columns': ['build_id']},
        {'columns': ['user_id', 'timestamp']},
    ],
) }}

with

first_landed as (
    select * from {{ ref('int_events_first_landed') }}
    where
        event_name = 'consent_updated'
        and user_id is not null
),

news as (
    select * from first_landed
    {% if is_incremental() %}
    where build_id > {{ built_through(this.name) }}
    {% endif %}
),

validated as (
    select * from {{ ref('int_events_validated') }}
    where event_name = 'consent_updated'
),

consent_changes as (
    select
        news.event_id,
        news.event_ref,
        news.user_id,
        news."timestamp",
        (validated.data ->> 'analytics')::boolean as is_granted,
        {{ build_id() }}::bigint as build_id
    from news
    inner join validated
        on
            news.load_id = validated.load_id
            and news.record_number = validated.record_number
            and news.landed_at = validated.landed_at
    where validated.validation_errors is null
)

select * from consent_changes
