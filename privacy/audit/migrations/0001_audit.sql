-- The audit log: who read or changed people's data, or who may. One chain of hashes, so
-- that an entry changed, taken out or put in between is noticed; entries come through
-- audit.record alone.

create schema if not exists audit;

comment on schema audit is
'Who read or changed people''s data, and who may: append-only.';

create table audit.log (
    entry_id bigint primary key,
    recorded_at timestamptz not null,
    role text not null, -- noqa: RF04
    os_user text,
    application text not null,
    action text not null,
    person bytea,
    detail jsonb not null,
    hash bytea not null
);

comment on table audit.log is
'One row a privacy command, a query of a steward or a change of grants. Never updated, '
'never deleted; no personal data.';
comment on column audit.log.entry_id is 'From 1, without gaps.';
comment on column audit.log.recorded_at is 'When it was written.';
comment on column audit.log.role is 'The role that was logged in.';
comment on column audit.log.os_user is
'The account on the machine of the client, as the client gave it; null where unknown.';
comment on column audit.log.application is
'Through what: the application_name of the connection.';
comment on column audit.log.action is
'What was done, such as export, erase, reveal, query or grant.';
comment on column audit.log.person is
'Whom it concerned, as audit.pseudonym gives it; null where nobody in particular.';
comment on column audit.log.detail is 'Counts and settings of the action.';
comment on column audit.log.hash is
'SHA-256 of the hash of the entry before (nothing before the first) and of this entry.';

-- A salt keeps the pseudonym of a known id from being looked up in a table of hashes.
create table audit.salt (salt bytea not null);

comment on table audit.salt is 'One row: the salt of the pseudonyms, made once.';
comment on column audit.salt.salt is '32 random bytes.';

insert into audit.salt (salt)
select sha256(uuid_send(gen_random_uuid()) || uuid_send(gen_random_uuid()));

create function audit.pseudonym(user_ref text) returns bytea
language sql stable security definer set search_path = pg_catalog, pg_temp
as $$
    select sha256(salt || convert_to(user_ref, 'UTF8')) from audit.salt
$$;

comment on function audit.pseudonym(text) is
'What stands in audit.log for a person, given by the id of the source.';

create function audit.record(
    action text, user_ref text, os_user text, detail jsonb -- noqa: RF04
) returns table (entry_id bigint, hash bytea)
language plpgsql volatile security definer set search_path = pg_catalog, pg_temp
as $$
#variable_conflict use_column
declare
    previous audit.log;
    entry audit.log;
begin
    -- held until the caller commits: writers wait for each other, so there is one chain
    lock table audit.log in share row exclusive mode;
    select * into previous from audit.log order by entry_id desc limit 1;
    entry.entry_id := coalesce(previous.entry_id, 0) + 1;
    entry.recorded_at := clock_timestamp();
    entry.role := session_user;
    entry.os_user := $3;
    entry.application := current_setting('application_name');
    entry.action := $1;
    entry.person := audit.pseudonym($2);
    entry.detail := $4;
    -- what privacy.audit.chain computes again
    entry.hash := sha256(
        coalesce(previous.hash, '') || convert_to(
            jsonb_build_array(
                entry.entry_id,
                (extract(epoch from entry.recorded_at) * 1000000)::bigint,
                entry.role,
                entry.os_user,
                entry.application,
                entry.action,
                encode(entry.person, 'hex'),
                entry.detail
            )::text,
            'UTF8'
        )
    );
    insert into audit.log select entry.*;
    return query select entry.entry_id, entry.hash;
end
$$;

comment on function audit.record(text, text, text, jsonb) is
'Writes one entry: action, source id of the person or null, account of the client or '
'null, detail; gives its number and hash.';

create function audit.refuse_change() returns trigger
language plpgsql
as $$
begin
    raise exception 'audit.log is append-only: % is refused', lower(tg_op)
        using errcode = 'insufficient_privilege';
end
$$;

comment on function audit.refuse_change() is 'Keeps entries as they are.';

create trigger refuse_change before update or delete or truncate on audit.log
for each statement execute function audit.refuse_change();

-- also for sessions that replay what another server did
alter table audit.log enable always trigger refuse_change;

-- A function for an event trigger, which only a superuser can create (privacy.audit).
create function audit.record_grant() returns event_trigger
language plpgsql security definer set search_path = pg_catalog, pg_temp
as $$
declare
    entry jsonb;
begin
    select jsonb_build_object('statement', string_agg(found.words[1], '; '))
    into entry
    from regexp_matches(
        current_query(),
        '\m((?:grant|revoke|alter\s+default\s+privileges)\M[^;]*)',
        'gi'
    ) as found (words);
    -- of a script that grants many things one entry tells all
    if not exists (
        select from audit.log as entries
        where
            entries.entry_id > (select max(log.entry_id) - 100 from audit.log)
            and entries.xmin = pg_current_xact_id()::xid
            and entries.action = lower(tg_tag)
            and entries.detail = entry
    ) then
        perform audit.record(lower(tg_tag), null, null, entry);
    end if;
end
$$;

comment on function audit.record_grant() is
'Writes an entry for a grant or revoke; of roles, which belong to the whole server, '
'PostgreSQL tells no database.';

revoke all on function audit.pseudonym(text) from public;
revoke all on function audit.record(text, text, text, jsonb) from public;
revoke all on function audit.record_grant() from public;
