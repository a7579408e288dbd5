{{ config(
    incremental_strategy='delete+insert',
    unique_key=['relation', 'user_id', 'object_id'],
    indexes=[
        {'columns': ['user_id', 'object_id', 'relation'], 'unique': true},
        {'columns': ['object_id']},
        {'columns': ['build_id']},
    ],
) }}

with

state_changes as not materialized (
    select * from {{ ref('int_state_changes') }}
    where user_id is not null
),

touched as (
    select distinct
        relation,
        user_id,
        object_id
    from state_changes
    where build_id > {{ built_through(this.name) }}
),

touched_changes as (
    select state_changes.*
    from state_changes
    {% if is_incremental() %}
    inner join touched
        on
            state_changes.user_id = touched.user_id
            and state_changes.object_id = touched.object_id
            and state_changes.relation = touched.relation
    {% endif %}
),

-- a pair of which every action is suppressed keeps its row, switched off, so that
-- readers of the news see the change
last_action as (
    select distinct on (relation, user_id, object_id)
        relation,
        user_id,
        object_id,
        object_ref,
        is_on and is_processed as is_on,
        {{ build_id() }}::bigint as build_id
    from touched_changes
    order by
        relation asc,
        user_id asc,
        object_id asc,
        is_processed desc,
        "timestamp" desc,
        event_ref collate "C" desc
)

select * from last_action
