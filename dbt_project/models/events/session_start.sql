-- rendered from loaders/catalogue by `chhimeki catalogue render`, do not edit
-- sqlfluff:exclude_rules:RF04
select
    id,
    event_ref,
    user_id,
    user_ref,
    session_id,
    session_ref,
    "timestamp",
    platform,
    event_data ->> 'platform' as data_platform,
    nullif(event_data -> 'deviceInfo', 'null') as device_info,
    event_data ->> 'ipAddress' as ip_address,
    event_data ->> 'userAgent' as user_agent,
    event_data ->> 'screenResolution' as screen_resolution,
    event_data ->> 'viewportSize' as viewport_size,
    event_data ->> 'city' as city,
    event_data ->> 'region' as region,
    event_data ->> 'country' as country
from {{ ref('events') }}
where
    event_name = 'session_start'
    and status = 'processed'
