-- Retention drops old partitions for ones without the records that no model reads any
-- more. What a load landed stays known, and how much of it is gone.

alter table raw.loads
add column events_dropped bigint not null default 0,
add column entities_dropped bigint not null default 0;

comment on column raw.loads.events_dropped is
'How many of its rows in raw.events retention has dropped since: duplicates.';
comment on column raw.loads.entities_dropped is
'How many of its rows in raw.entities retention has dropped since: snapshots that a '
'later one has replaced.';
