-- Keys, clients and tokens: the hashes of secrets are for the system role, which looks them up; requests never read them.

call app.secure('api_key');
create policy read on api_key for select to dealwright_app using (org_id = (select app.org()) and
    case (select app.scope('api_key.read')) when 'all' then true when 'none' then false else owner_id = (select app.actor()) end);
create policy add on api_key for insert to dealwright_app with check (org_id = (select app.org()) and
    case (select app.scope('api_key.create')) when 'all' then true when 'none' then false else owner_id = (select app.actor()) end);
create policy change on api_key for update to dealwright_app using (org_id = (select app.org()) and
    (case (select app.scope('api_key.update')) when 'all' then true when 'none' then false else owner_id = (select app.actor()) end
     or case (select app.scope('api_key.delete')) when 'all' then true when 'none' then false else owner_id = (select app.actor()) end))
    with check (org_id = (select app.org()));
call app.open_to_system('api_key');

call app.secure('oauth_client');
create policy read on oauth_client for select to dealwright_app
    using (org_id = (select app.org()) and (select app.scope('service_account.read')) = 'all');
create policy add on oauth_client for insert to dealwright_app
    with check (org_id = (select app.org()) and (select app.scope('service_account.create')) = 'all');
create policy change on oauth_client for update to dealwright_app
    using (org_id = (select app.org()) and ((select app.scope('service_account.update')) = 'all' or (select app.scope('service_account.delete')) = 'all'))
    with check (org_id = (select app.org()));
call app.open_to_system('oauth_client');

call app.secure('oauth_token');
call app.open_to_system('oauth_token');

grant select (org_id, id, owner_id, name, hint, former_until, scopes, created_by, created_at, rotated_at, expires_at, revoked_at, last_used_at,
    last_used_ip), insert, update (hint, secret_hash, former_until, rotated_at, expires_at, revoked_at) on api_key to dealwright_app;
grant select (org_id, id, owner_id, name, hint, former_until, scopes, created_by, created_at, rotated_at, revoked_at, last_used_at, last_used_ip),
    insert, update (hint, secret_hash, former_until, rotated_at, revoked_at) on oauth_client to dealwright_app;
grant select, update (last_used_at, last_used_ip) on api_key, oauth_client to dealwright_system;
grant select, insert, update, delete on oauth_token to dealwright_system;

-- A rotation moves the hash, which the role that asks for it cannot read.
create or replace function app.rotate_secret() returns trigger language plpgsql as $$
begin
    if new.former_until is null then
        new.former_hash := null;
    else
        new.former_hash := old.secret_hash;
    end if;
    return new;
end $$;
create or replace trigger rotate_secret before update of secret_hash on api_key for each row execute function app.rotate_secret();
create or replace trigger rotate_secret before update of secret_hash on oauth_client for each row execute function app.rotate_secret();

create or replace trigger access_changed after update of secret_hash, former_until, scopes, expires_at, revoked_at or delete on api_key
    for each row execute function app.access_changed();
create or replace trigger access_changed after update of secret_hash, former_until, scopes, revoked_at or delete on oauth_client
    for each row execute function app.access_changed();
create or replace trigger access_changed after update of revoked_at on oauth_token for each row execute function app.access_changed();

-- Whatever way of signing in there is: it ends here for a service account.
create or replace function app.refuse_service_session() returns trigger language plpgsql security definer set search_path = public, pg_temp as $$
begin
    if exists (select from app_user u where u.org_id = new.org_id and u.id = new.user_id and u.service) then
        raise exception 'a service account has no session' using errcode = '42501';
    end if;
    return new;
end $$;
create or replace trigger refuse_service_session before insert on session for each row execute function app.refuse_service_session();

-- The audit log's words. As in 40_search.sql: full text is not leakproof, so a function of the search's role answers ids,
-- and the caller reads those again under its own policies.
create index if not exists event_words on event using gin (org_id, to_tsvector('simple', app.fold(subject_name || ' ' || actor_name)));
create policy search on event for select to dealwright_search using (true);
grant select on event to dealwright_search;

create or replace function app.match_events(typed text[], since timestamptz, before_at timestamptz, before_id uuid, at_most int)
    returns table (id uuid, at timestamptz)
    language sql stable security definer set search_path = public, pg_temp set enable_bitmapscan = on as $$
    select e.id, e.at from event e
    where e.org_id = (select app.org()) and e.at >= since and (e.at, e.id) < (before_at, before_id)
      and to_tsvector('simple', app.fold(e.subject_name || ' ' || e.actor_name))
          @@ (select to_tsquery('simple', string_agg(app.lexeme(app.fold(t.word)) || ':*', ' & ')) from unnest(typed) as t (word))
    order by e.at desc, e.id desc limit at_most
$$;
alter function app.match_events(text[], timestamptz, timestamptz, uuid, int) owner to dealwright_search;
revoke execute on function app.match_events(text[], timestamptz, timestamptz, uuid, int) from public;
grant execute on function app.match_events(text[], timestamptz, timestamptz, uuid, int) to dealwright_app;

-- Seals: written by a job, read by who may read the log, and changed by nobody that serves.
call app.secure('audit_seal');
create policy read on audit_seal for select to dealwright_app
    using (org_id = (select app.org()) and (select app.scope('audit.read')) = 'all');
call app.open_to_system('audit_seal');
grant select on audit_seal to dealwright_app;
grant select, insert on audit_seal to dealwright_system;

-- Whether somebody owns a record that the actor may see: a service account is listed among people only then.
create or replace function app.owns_records(person uuid) returns boolean language sql stable parallel safe as $$
    select exists (select from opportunity o where o.org_id = app.org() and o.owner_id = person and o.deleted_at is null)
        or exists (select from account a where a.org_id = app.org() and a.owner_id = person and a.deleted_at is null)
        or exists (select from contact c where c.org_id = app.org() and c.owner_id = person and c.deleted_at is null)
        or exists (select from task t where t.org_id = app.org() and t.assignee_id = person and t.deleted_at is null)
$$;
