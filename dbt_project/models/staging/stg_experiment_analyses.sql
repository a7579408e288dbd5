-- no CTEs: PostgreSQL finds no way by index through a view that has them
select
    experiment_id,
    control,
    srm_p_value,
    users,
    contaminated_users,
    note,
    build_id
from {{ source('analysis', 'experiment_analyses') }}
