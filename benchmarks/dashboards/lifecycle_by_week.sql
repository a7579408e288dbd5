-- New, returning, resurrected, dormant: does the community grow?

select *
from metrics.lifecycle_weekly
order by week desc
limit 26
