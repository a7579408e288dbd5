select
    funnel,
    step,
    step || '. ' || event_name as passed,
    users,
    conversion_from_previous,
    conversion_from_first
from metrics.funnel_steps
order by
    funnel,
    step
