-- The ledger of alerts: what was wrong, from when to when, and who has been told.

create schema if not exists operations;

comment on schema operations is 'What the machinery notes about its own work.';

create table operations.alerts (
    alert_id bigint generated always as identity primary key,
    key text not null, -- noqa: RF04
    kind text not null,
    severity text not null,
    text text not null, -- noqa: RF04
    opened_at timestamptz not null default statement_timestamp(),
    closed_at timestamptz,
    check (closed_at >= opened_at)
);

create unique index on operations.alerts (key) where closed_at is null;

comment on table operations.alerts is
'One row a cause of an alert, from when it was first seen until it was gone. A cause '
'is open at most once.';
comment on column operations.alerts.key is
'Names the cause; the same as long as the cause lasts.';
comment on column operations.alerts.kind is
'failed_run, failing_check, stale_source or anomaly.';
comment on column operations.alerts.severity is 'critical or warning.';
comment on column operations.alerts.text is
'What is wrong, in one line, as it was first seen; no personal data.';
comment on column operations.alerts.opened_at is 'When it was first seen.';
comment on column operations.alerts.closed_at is
'When it was first seen to be gone; null while it lasts.';

create table operations.alert_deliveries (
    alert_id bigint not null references operations.alerts (alert_id),
    channel text not null,
    event text not null check (event in ('opened', 'resolved')), -- noqa: RF04
    attempts integer not null default 0,
    next_attempt_at timestamptz not null default now(),
    told_at timestamptz,
    last_error text,
    primary key (alert_id, channel, event)
);

create index on operations.alert_deliveries (channel, next_attempt_at)
where told_at is null;

comment on table operations.alert_deliveries is
'One row a message that a channel has to tell of an alert: that it opened, that it is '
'resolved.';
comment on column operations.alert_deliveries.alert_id is 'The alert.';
comment on column operations.alert_deliveries.channel is 'log, webhook or mail.';
comment on column operations.alert_deliveries.event is
'What is told: opened or resolved.';
comment on column operations.alert_deliveries.attempts is
'How often somebody began to tell it.';
comment on column operations.alert_deliveries.next_attempt_at is
'Before that nobody begins: a failure waits for it, and so does a claim, so that two '
'processes never tell the same.';
comment on column operations.alert_deliveries.told_at is
'When the receiver had taken it; null until then.';
comment on column operations.alert_deliveries.last_error is
'Why the last attempt failed; null after a success.';
