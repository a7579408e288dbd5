"""Statistics of experiments: from sums per variant to results that a statistician would sign.

What flows through: sufficient statistics per (experiment, metric, variant) in; estimates,
intervals, p-values and, wherever one is missing, the reason out.
Belongs here: arithmetic on frames and numbers, pure; `store`, which alone knows the database. Does
not belong here: which users and events count (dbt), when it runs (`orchestration.defs.experiments`,
`orchestration.building`), who wins (`marts.experiments`).
"""
