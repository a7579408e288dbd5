-- People who were erased are kept out by what cannot be read back: salted digests of
-- what they were called. The names themselves are nowhere.

create schema if not exists privacy;

comment on schema privacy is
'What people asked for about their data, and what is kept to honour it.';

create table privacy.erasure_salt (
    salt bytea not null default sha256(convert_to(gen_random_uuid()::text, 'utf8')),
    only_row boolean primary key default true check (only_row)
);

comment on table privacy.erasure_salt is
'One row: what is hashed with every name. Without it the digests mean nothing, and who '
'was erased is let in again.';
comment on column privacy.erasure_salt.salt is 'Made once per warehouse.';
comment on column privacy.erasure_salt.only_row is 'Always true.';

insert into privacy.erasure_salt default values;

create table privacy.erased_names (
    digest bytea primary key
);

comment on table privacy.erased_names is
'One row a user id, user name or e-mail address of somebody who was erased: records of '
'theirs no longer land, and their names in the records of others are replaced.';
comment on column privacy.erased_names.digest is
'SHA-256 of the salt, the kind of name and the name (loaders/records/erased.py).';

alter table raw.loads
add column names_erased boolean not null default false;

comment on column raw.loads.names_erased is
'Whether its file names somebody who was erased: their records were left out, or '
'names replaced, and the file itself must not be kept.';

comment on column raw.rejected_records.line_number is
'Line of the file on which the record begins, from 1; 0 where it had landed and its '
'person was erased later.';
comment on column raw.rejected_records.byte_offset is
'Where the record begins, in bytes from the start of the file, decompressed; 0 where '
'it had landed and its person was erased later.';
comment on column raw.rejected_records.record is
'The bytes of the record, at most the first 64 KiB; none where its person was '
'erased.';
