{{ config(meta={'dagster': {'ref': {'name': 'int_funnel_days_reached'}}}) }}

-- What was followed before an edit of a funnel, or of the window, was followed as it
-- was then: rows here ask for a full refresh of int_funnel_days_reached.

with

funnels as (
    select * from {{ ref('funnels') }}
),

funnel_days as (
    select * from {{ ref('int_funnel_days_reached') }}
),

definitions as (
    select
        funnel,
        {{ funnel_definition() }} as definition
    from funnels
    group by funnel
),

followed as (
    select distinct
        funnel,
        definition
    from funnel_days
)

select
    followed.funnel,
    followed.definition as followed_as,
    definitions.definition as defined_as
from followed
left join definitions on followed.funnel = definitions.funnel
where followed.definition is distinct from definitions.definition
