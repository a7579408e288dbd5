"""Alerts: what is wrong with the warehouse, told once a cause, to whoever shall know.

What flows through: what Dagster and the warehouse know in (`runs`, `checks`, `freshness`,
`anomalies`), causes out (`causes`); causes in, alerts kept in the ledger (`ledger`); what the
ledger says is due in, messages through channels out (`channels`). `watching` is one such pass.
Belongs here: from a look at the warehouse to a message sent. Does not belong here: Dagster's
definitions (`defs.alerts`), judging data (`expectations`, dbt).
"""
