select
    reason,
    count(*) as records,
    min(landed_at) as oldest,
    max(landed_at) as newest
from raw.open_rejects
group by reason
order by
    count(*) desc,
    reason asc
