select
    id,
    experiment_id,
    experiment_ref,
    user_id,
    variant,
    assigned_at,
    is_contaminated
from {{ ref('experiment_assignments') }}
