-- Who acts, as policies and queries ask it. Set by app.enter for one transaction.

create schema if not exists app;
grant usage on schema app to dealwright_app, dealwright_system;
grant usage, create on schema app to dealwright_search;

create or replace function app.org() returns uuid language sql stable parallel safe
    as $$ select nullif(current_setting('app.org', true), '')::uuid $$;

create or replace function app.actor() returns uuid language sql stable parallel safe
    as $$ select nullif(current_setting('app.user', true), '')::uuid $$;

-- The teams whose records "team" scope means: the actor's own and those below it.
create or replace function app.teams() returns uuid[] language sql stable parallel safe
    as $$ select coalesce(nullif(current_setting('app.teams', true), ''), '{}')::uuid[] $$;

-- none, own, team or all, for an object and action such as 'opportunity.read'. The setting is words, such as
-- ' opportunity.read=team task.read=own ': policies ask several times a query, and JSON would be read anew each time.
create or replace function app.scope(permission text) returns text language sql stable parallel safe
    as $$ select coalesce(nullif(split_part(split_part(current_setting('app.scopes', true), ' ' || permission || '=', 2), ' ', 1), ''), 'none') $$;

-- The teams that a permission reaches: those of app.teams() where its scope is team, else none.
create or replace function app.teams(permission text) returns uuid[] language sql stable parallel safe
    as $$ select case app.scope(permission) when 'team' then app.teams() else '{}' end $$;

-- With whom a record may be shared so that the actor sees it: the actor, their team and those above it. Empty for whom
-- nothing is shared with, so that they do not even look.
create or replace function app.principals() returns uuid[] language sql stable parallel safe
    as $$ select coalesce(nullif(current_setting('app.principals', true), ''), '{}')::uuid[] $$;

-- Begins a transaction as an actor. Refuses an actor whose access was read before the last change of access.
drop function if exists app.enter(uuid, uuid, text, text, bigint);
create or replace function app.enter(org uuid, actor uuid, teams text, scopes text, epoch bigint, principals text) returns void
    language plpgsql as $$
begin
    perform set_config('app.org', org::text, true), set_config('app.user', coalesce(actor::text, ''), true),
            set_config('app.teams', teams, true), set_config('app.scopes', scopes, true),
            set_config('app.principals', principals, true);
    if epoch is distinct from (select e.epoch from access_epoch e where e.org_id = org) then
        raise exception 'access has changed since it was read' using errcode = 'DW001';
    end if;
end $$;

-- Records of an object that are shared with the actor, at least at this level: one by one, or by an account's team. With
-- the rights of dealwright_search, since what is shared is asked in order to know what may be seen.
create or replace function app.shared(object text, level text) returns setof uuid
    language plpgsql stable security definer rows 50 set search_path = public, pg_temp as $$
declare
    org constant uuid := app.org();
    person constant uuid := app.actor();
    who constant uuid[] := app.principals();
    levels constant text[] := case level when 'edit' then array['edit'] else array['read', 'edit'] end;
begin
    if who = '{}' then
        return;
    end if;
    return query select s.record_id from record_share s
        where s.org_id = org and s.principal_id = any (who) and s.object = shared.object and s.level = any (levels)
          and (s.expires_at is null or s.expires_at > now());
    if object = 'account' then
        return query select m.account_id from account_member m
            where m.org_id = org and m.user_id = person and m.account_level = any (levels);
    elsif object = 'opportunity' then
        return query select o.id from account_member m join opportunity o on o.org_id = m.org_id and o.account_id = m.account_id
            where m.org_id = org and m.user_id = person and m.opportunity_level = any (levels) and o.deleted_at is null;
    elsif object = 'contact' then
        return query select c.id from account_member m join contact c on c.org_id = m.org_id and c.account_id = m.account_id
            where m.org_id = org and m.user_id = person and m.contact_level = any (levels) and c.deleted_at is null;
    end if;
end $$;

-- Lower case without accents: the form in which names are searched.
create or replace function app.fold(value text) returns text language sql immutable parallel safe strict
    as $$ select lower(public.unaccent('public.unaccent', value)) $$;

-- Whether the search's dictionary keeps a lexeme: words and names like gtx500, not numbers, addresses and dates.
create or replace function app.is_word(lexeme text) returns boolean language sql immutable parallel safe strict
    as $$ select length(lexeme) between 2 and 40 and lexeme ~ '^[[:alnum:]]*[[:alpha:]][[:alnum:]]*$' $$;

-- Row-level security on a tenant's table: everyone else's rows do not exist. The owner is bound too (FORCE), so the
-- migrator has its own policy: without it a backfill would say UPDATE 0.
create or replace procedure app.secure(target regclass) language plpgsql as $$
declare
    p record;
begin
    execute format('alter table %s enable row level security', target);
    execute format('alter table %s force row level security', target);
    for p in select polname from pg_policy where polrelid = target loop
        execute format('drop policy %I on %s', p.polname, target);
    end loop;
    execute format('create policy migrator on %s to dealwright_migrator using (true) with check (true)', target);
end $$;

-- A table that everyone in the organisation may read and write, as far as grants and handlers go.
create or replace procedure app.secure_org(target regclass, org_column name default 'org_id') language plpgsql as $$
begin
    call app.secure(target);
    execute format('create policy org on %s to dealwright_app using (%I = (select app.org())) with check (%I = (select app.org()))',
                   target, org_column, org_column);
end $$;

-- A table the system role sees whole: it finds the organisation of a sign-in, a token, a job or an event.
create or replace procedure app.open_to_system(target regclass) language plpgsql as $$
begin
    execute format('create policy system on %s to dealwright_system using (true) with check (true)', target);
end $$;

-- The condition of a record with an owner and a team. Each part is read once a query (the sub-selects), not once a row.
-- A CASE, since the planner believes that half of the rows pass one; of the same condition made of OR it believes that
-- hardly any does, and then reads and sorts all there is rather than follow an index.
drop function if exists app.scoped(text, name);
create or replace function app.scoped(permission text, owner_column name, beyond text default 'false') returns text language sql immutable as $$
    select format('case (select app.scope(%1$L)) when ''all'' then true when ''none'' then false'
        || ' else %2$I = (select app.actor()) or coalesce(team_id = any ((select app.teams(%1$L))::uuid[]), false) or %3$s end',
        permission, owner_column, beyond)
$$;

-- The same, or shared with the actor. A share widens a scope; who has none is given nothing by it. What is shared is read
-- when a row beyond the scope is met, once a query, and hashed.
create or replace function app.reached(permission text, owner_column name, object text, level text) returns text language sql immutable as $$
    select app.scoped(permission, owner_column, format('id in (select app.shared(%L, %L))', object, level))
$$;

-- A record with an owner and a team: visible and writable by the scopes of the actor's roles, and by what is shared.
create or replace procedure app.secure_record(target regclass, object text, owner_column name default 'owner_id') language plpgsql as $$
declare
    own constant text := 'org_id = (select app.org()) and ';
begin
    call app.secure(target);
    execute format('create policy read on %s for select to dealwright_app using (%s (%s))',
                   target, own, app.reached(object || '.read', owner_column, object, 'read'));
    execute format('create policy add on %s for insert to dealwright_app with check (%s (select app.scope(%L)) <> ''none'')',
                   target, own, object || '.create');
    -- Deletion is a column, so either right lets a row be written; Permit tells which one is needed.
    execute format('create policy change on %s for update to dealwright_app using (%s (%s or %s)) with check (%s true)',
                   target, own, app.reached(object || '.update', owner_column, object, 'edit'),
                   app.scoped(object || '.delete', owner_column), own);
    -- The functions of 40_search.sql name the organisation themselves: a condition here would bar them from the text index.
    execute format('create policy search on %s for select to dealwright_search using (true)', target);
end $$;
