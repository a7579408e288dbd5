with

consent_changes as not materialized (
    select * from {{ ref('int_consent_changes') }}
),

consent_purposes as (
    select * from {{ ref('consent_purposes') }}
),

consent_history as (
    select
        consent_changes.event_id as id,
        consent_changes.event_ref,
        consent_changes.user_id,
        consent_purposes.purpose,
        consent_changes.is_granted,
        consent_changes."timestamp" as valid_from,
        lead(consent_changes."timestamp") over (
            partition by consent_changes.user_id, consent_purposes.purpose
            order by
                consent_changes."timestamp",
                consent_changes.event_ref collate "C"
        ) as valid_to
    from consent_changes
    -- the one field that `int_consent_changes` reads
    inner join consent_purposes on consent_purposes.consent_field = 'analytics'
)

select * from consent_history
