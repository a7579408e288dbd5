-- Erasures: those that were begun, and the receipts of those that ended.

create schema if not exists privacy;

create table privacy.erasure_requests (
    person bytea primary key,
    called jsonb not null,
    rows_erased jsonb,
    requested_at timestamptz not null default now()
);

comment on table privacy.erasure_requests is
'One row an erasure that was begun and has not ended: the last place where the person '
'is named, deleted in the transaction that writes the receipt.';
comment on column privacy.erasure_requests.person is
'SHA-256 of the salt and the person''s key (privacy/people/receipts.py).';
comment on column privacy.erasure_requests.called is
'What the person is called, which every step needs and nothing else tells any more.';
comment on column privacy.erasure_requests.rows_erased is
'Rows by table that were deleted or rewritten; null until that is committed.';
comment on column privacy.erasure_requests.requested_at is 'When it was asked for.';

create table privacy.receipts (
    receipt_id bigint generated always as identity primary key,
    person bytea not null,
    requested_at timestamptz not null,
    completed_at timestamptz not null default now(),
    rows_erased jsonb not null
);

create index on privacy.receipts (person);

comment on table privacy.receipts is
'One row an erasure that ended: proof of it, without a name.';
comment on column privacy.receipts.receipt_id is 'Its number.';
comment on column privacy.receipts.person is
'SHA-256 of the salt and the person''s key (privacy/people/receipts.py): whoever knows '
'the id can ask whether it was erased, and nobody can read the id from it.';
comment on column privacy.receipts.requested_at is 'When it was asked for.';
comment on column privacy.receipts.completed_at is
'When nothing was left of the person.';
comment on column privacy.receipts.rows_erased is
'Rows by table of schema raw that were deleted or rewritten, and files removed.';
