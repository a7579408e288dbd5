-- Schema raw: what landed, as it landed. Rows come from the loader alone, one load of
-- one file a transaction, and are never updated. Monthly partitions are made as needed.

create sequence raw.landing_order;

comment on sequence raw.landing_order is
'Numbers loads in the order in which they become visible; drawn under an advisory '
'lock just before a load commits.';

create table raw.loads (
    load_id bigint generated always as identity primary key,
    landing_order bigint unique,
    content_sha256 bytea not null unique,
    file_name text not null,
    file_bytes bigint not null,
    records_read bigint not null default 0,
    events_landed bigint not null default 0,
    entities_landed bigint not null default 0,
    records_rejected bigint not null default 0,
    landed_at timestamptz not null default now(),
    check (records_read = events_landed + entities_landed + records_rejected)
);

comment on table raw.loads is
'One row a load: one landing of the content of one file. The same content never lands '
'twice.';
comment on column raw.loads.load_id is
'Allotted when a load begins, so a load with a lower one may become visible later.';
comment on column raw.loads.landing_order is
'Rises in the order in which loads become visible: what watermarks compare and what '
'"first landed" means.';
comment on column raw.loads.content_sha256 is
'SHA-256 of the bytes of the file, compressed as it was.';
comment on column raw.loads.file_name is
'Path of the file as it was given; - for standard input.';
comment on column raw.loads.file_bytes is
'Length of the file in bytes, compressed as it was.';
comment on column raw.loads.records_read is
'Records in the file: landed and rejected ones.';
comment on column raw.loads.events_landed is
'Rows of this load in raw.events, duplicates included.';
comment on column raw.loads.entities_landed is 'Rows of this load in raw.entities.';
comment on column raw.loads.records_rejected is
'Rows of this load in raw.rejected_records.';
comment on column raw.loads.landed_at is
'When the load began; the same in all its rows.';

create table raw.events (
    load_id bigint not null,
    record_number bigint not null,
    landed_at timestamptz not null default now(),
    event_id text not null,
    event_name text not null,
    user_id text,
    session_id text,
    "timestamp" timestamptz not null,
    client_timestamp timestamptz,
    received_at timestamptz,
    data jsonb not null, -- noqa: RF04
    metadata jsonb not null,
    other jsonb,
    primary key (load_id, record_number, landed_at)
) partition by range (landed_at);

comment on table raw.events is
'One row an event record that is structurally legal, duplicates included; whether it '
'is valid is decided by the models.';
comment on column raw.events.load_id is 'The load that landed it (raw.loads).';
comment on column raw.events.record_number is
'Position of the record in its file, from 1; blank lines do not count, each record of '
'a batch does.';
comment on column raw.events.landed_at is
'When its load began; decides the monthly partition.';
comment on column raw.events.event_id is
'eventId: the id the source gave it, 1 to 200 characters.';
comment on column raw.events.event_name is
'eventName: which event type; may be one the catalogue does not know.';
comment on column raw.events.user_id is 'userId: who acted; null when anonymous.';
comment on column raw.events.session_id is
'sessionId: the session it belongs to; null when there is none.';
comment on column raw.events."timestamp" is
'timestamp: when it happened. Digits beyond microseconds are cut; second 60 is the '
'second after it.';
comment on column raw.events.client_timestamp is
'clientTimestamp: when it happened by the clock of the device.';
comment on column raw.events.received_at is
'receivedAt: when the application received it.';
comment on column raw.events.data is
'data: what is particular to the event type; {} when absent.';
comment on column raw.events.metadata is 'metadata: the circumstances; {} when absent.';
comment on column raw.events.other is
'Other top-level keys of the record, as one object; null when there are none.';

create table raw.entities (
    load_id bigint not null,
    record_number bigint not null,
    landed_at timestamptz not null default now(),
    entity_type text not null,
    entity_id text not null,
    updated_at timestamptz not null,
    data jsonb not null, -- noqa: RF04
    other jsonb,
    primary key (load_id, record_number, landed_at)
) partition by range (landed_at);

comment on table raw.entities is
'One row a snapshot of a user, experiment or community, as the application database '
'had it.';
comment on column raw.entities.load_id is 'The load that landed it (raw.loads).';
comment on column raw.entities.record_number is
'Position of the record in its file, from 1; blank lines do not count, each record of '
'a batch does.';
comment on column raw.entities.landed_at is
'When its load began; decides the monthly partition.';
comment on column raw.entities.entity_type is
'entityType: user, experiment or community.';
comment on column raw.entities.entity_id is
'entityId: its id in the source, 1 to 200 characters.';
comment on column raw.entities.updated_at is
'updatedAt: the time of the snapshot; the latest one, then the last landed, is the '
'current one.';
comment on column raw.entities.data is 'data: the entity''s own fields.';
comment on column raw.entities.other is
'Other top-level keys of the record, as one object; null when there are none.';

create table raw.rejected_records (
    load_id bigint not null,
    record_number bigint not null,
    landed_at timestamptz not null default now(),
    line_number bigint not null,
    byte_offset bigint not null,
    reason text not null,
    detail text not null,
    record bytea not null,
    record_bytes bigint not null,
    primary key (load_id, record_number, landed_at)
) partition by range (landed_at);

comment on table raw.rejected_records is
'One row a record that is structurally not legal, with where it stood, why, and its '
'original bytes.';
comment on column raw.rejected_records.load_id is
'The load that rejected it (raw.loads).';
comment on column raw.rejected_records.record_number is
'Position of the record in its file, from 1; blank lines do not count, each record of '
'a batch does.';
comment on column raw.rejected_records.landed_at is
'When its load began; decides the monthly partition.';
comment on column raw.rejected_records.line_number is
'Line of the file on which the record begins, from 1.';
comment on column raw.rejected_records.byte_offset is
'Where the record begins, in bytes from the start of the file, decompressed.';
comment on column raw.rejected_records.reason is
'Reason code (REASONS in loaders/validation.py).';
comment on column raw.rejected_records.detail is 'The reason in words.';
comment on column raw.rejected_records.record is
'The bytes of the record, at most the first 64 KiB.';
comment on column raw.rejected_records.record_bytes is
'Length of the whole record in bytes.';
