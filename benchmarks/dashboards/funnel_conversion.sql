-- Where do people leave on their way?

select
    funnel,
    step,
    users,
    conversion_from_previous,
    conversion_from_first
from metrics.funnel_steps
order by funnel, step
