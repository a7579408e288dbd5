select
    metric,
    date as judged_date,
    value,
    median,
    robust_z,
    is_anomaly,
    note
from metrics.anomalies
order by
    abs(robust_z) desc nulls last,
    metric asc
