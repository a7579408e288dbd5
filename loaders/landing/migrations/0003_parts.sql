-- Loads in parts: several connections copy one large file, and its row in raw.loads
-- publishes what they have committed. What a crash in between leaves is found here.

create table raw.unpublished_loads (
    load_id bigint primary key,
    landed_at timestamptz not null
);

comment on table raw.unpublished_loads is
'One row a load in parts that has begun and is not in raw.loads yet. Where nobody is '
'at work on it, it was interrupted: the next load removes its rows.';
comment on column raw.unpublished_loads.load_id is 'The load.';
comment on column raw.unpublished_loads.landed_at is
'When it began; decides the partitions in which its rows lie.';

-- a file of a length that never landed is new, without being read for its digest
create index on raw.loads (file_bytes);
