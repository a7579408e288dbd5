-- What the roles were last granted, so that a later version is noticed.

create schema if not exists privacy;

comment on schema privacy is 'What is kept about the keeping of people''s data.';

create table privacy.grant_versions (
    grant_version_id bigint generated always as identity primary key,
    statements_sha256 bytea not null,
    granted_at timestamptz not null default now()
);

comment on table privacy.grant_versions is
'One row a version of the roles'' rights that was granted; the last one holds.';
comment on column privacy.grant_versions.grant_version_id is 'Rises with each version.';
comment on column privacy.grant_versions.statements_sha256 is
'SHA-256 of the statements that granted it, those that revoke all others included.';
comment on column privacy.grant_versions.granted_at is 'When it was granted.';
