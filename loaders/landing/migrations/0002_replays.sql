-- Replays: what a load rejected is tried again, by a load of its own. Rows that landed
-- or were rejected stay as they are; what is open follows from the loads replayed.

alter table raw.loads
add column replays_load_id bigint unique references raw.loads (load_id),
add check (replays_load_id < load_id);

comment on table raw.loads is
'One row a load: one landing of the content of one file, or one replay of what an '
'earlier load rejected. The same content never lands twice, and a load is replayed at '
'most once.';
comment on column raw.loads.content_sha256 is
'SHA-256 of the bytes of the file, compressed as it was; of a replay, of a text that '
'names the load it replays.';
comment on column raw.loads.file_name is
'Path of the file as it was given; - for standard input. Of a replay, that of the load '
'it replays.';
comment on column raw.loads.file_bytes is
'Length of the file in bytes, compressed as it was; of a replay, of the records it '
'tried.';
comment on column raw.loads.records_read is
'Records in the file: landed and rejected ones; of a replay, the records that the load '
'it replays had rejected.';
comment on column raw.loads.replays_load_id is
'The load whose rejected records this load tried again; null for a load of a file.';

create view raw.open_rejects as
select
    loads.file_name,
    rejected_records.line_number,
    rejected_records.byte_offset,
    rejected_records.reason,
    rejected_records.detail,
    rejected_records.record,
    rejected_records.record_bytes,
    rejected_records.landed_at,
    rejected_records.load_id,
    rejected_records.record_number
from raw.rejected_records
inner join raw.loads on rejected_records.load_id = loads.load_id
where
    not exists (
        select 1
        from raw.loads as replays
        where replays.replays_load_id = rejected_records.load_id
    );

comment on view raw.open_rejects is
'One row a record that stands rejected: its load has not been replayed. Over all loads '
'of files, records read are the rows of raw.events, of raw.entities and of this view.';
comment on column raw.open_rejects.file_name is
'Path of the file it came from, as it was given; - for standard input.';
comment on column raw.open_rejects.line_number is
'Line of the file on which the record begins, from 1.';
comment on column raw.open_rejects.byte_offset is
'Where the record begins, in bytes from the start of the file, decompressed.';
comment on column raw.open_rejects.reason is
'Reason code (REASONS in loaders/validation.py).';
comment on column raw.open_rejects.detail is 'The reason in words.';
comment on column raw.open_rejects.record is
'The bytes of the record, at most the first 64 KiB.';
comment on column raw.open_rejects.record_bytes is
'Length of the whole record in bytes; where more than is kept, the record cannot be '
'replayed.';
comment on column raw.open_rejects.landed_at is
'When the load began that rejected it last.';
comment on column raw.open_rejects.load_id is
'The load that rejected it last (raw.loads).';
comment on column raw.open_rejects.record_number is
'Position of the record in its file, from 1; blank lines do not count, each record of '
'a batch does.';
