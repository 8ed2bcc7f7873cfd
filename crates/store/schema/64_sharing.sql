-- What is shared, and with whom: rows that say so are seen and written by who sees the record; that they may be written
-- takes a Permit for the record, which the handlers have.

-- Whether the actor may see a record, by the record's own policy.
create or replace function app.sees(object text, record uuid) returns boolean
    language plpgsql stable set search_path = public, pg_temp as $$
declare
    org constant uuid := app.org();
begin
    return case object
        when 'opportunity' then exists (select from opportunity o where o.org_id = org and o.id = record)
        when 'account' then exists (select from account a where a.org_id = org and a.id = record)
        when 'contact' then exists (select from contact c where c.org_id = org and c.id = record)
        when 'lead' then exists (select from lead l where l.org_id = org and l.id = record)
        when 'task' then exists (select from task t where t.org_id = org and t.id = record)
        else false
    end;
end $$;

call app.secure('record_share');
create policy whole on record_share to dealwright_app using (org_id = (select app.org()) and app.sees(object, record_id))
    with check (org_id = (select app.org()) and app.sees(object, record_id));
create policy search on record_share for select to dealwright_search using (true);
call app.open_to_system('record_share');

call app.secure('account_member');
create policy whole on account_member to dealwright_app using (org_id = (select app.org()) and app.sees('account', account_id))
    with check (org_id = (select app.org()) and app.sees('account', account_id));
create policy search on account_member for select to dealwright_search using (true);
call app.open_to_system('account_member');

grant select, insert, update, delete on record_share, account_member to dealwright_app;
grant select on record_share, account_member to dealwright_system, dealwright_search;

-- Until when the actor may edit a record because it is shared with them: 'infinity' without an end, null when not.
create or replace function app.edits_until(object text, record uuid) returns timestamptz
    language plpgsql stable security definer set search_path = public, pg_temp as $$
declare
    org constant uuid := app.org();
    person constant uuid := app.actor();
    who constant uuid[] := app.principals();
    until timestamptz;
begin
    if who = '{}' then
        return null;
    end if;
    select max(coalesce(s.expires_at, 'infinity')) into until from record_share s
        where s.org_id = org and s.principal_id = any (who) and s.object = edits_until.object and s.record_id = record and s.level = 'edit'
          and (s.expires_at is null or s.expires_at > now());
    if until = 'infinity' then
        return until;
    end if;
    if (case object
        when 'account' then exists (select from account_member m
            where m.org_id = org and m.user_id = person and m.account_id = record and m.account_level = 'edit')
        when 'opportunity' then exists (select from opportunity o join account_member m on m.org_id = o.org_id and m.account_id = o.account_id
            where o.org_id = org and o.id = record and m.user_id = person and m.opportunity_level = 'edit')
        when 'contact' then exists (select from contact c join account_member m on m.org_id = c.org_id and m.account_id = c.account_id
            where c.org_id = org and c.id = record and m.user_id = person and m.contact_level = 'edit')
        else false
    end) then
        return 'infinity';
    end if;
    return until;
end $$;

-- Of what is shared with the actor, which matches. Beside the functions of 40_search.sql, for whom those look at their own
-- or their teams' records only.
create or replace function app.match_shared(object text, query text, at_most int) returns setof uuid
    language plpgsql stable security definer set search_path = public, pg_temp as $$
declare
    org constant uuid := app.org();
    wanted constant tsquery := query::tsquery;
    ids constant uuid[] := array(select app.shared(object, 'read'));
begin
    if object = 'opportunity' then
        return query select t.id from opportunity t where t.org_id = org and t.id = any (ids) and t.search @@ wanted and t.deleted_at is null
            order by t.updated_at desc, t.id desc limit at_most;
    elsif object = 'account' then
        return query select t.id from account t where t.org_id = org and t.id = any (ids) and t.search @@ wanted and t.deleted_at is null
            order by t.updated_at desc, t.id desc limit at_most;
    elsif object = 'contact' then
        return query select t.id from contact t where t.org_id = org and t.id = any (ids) and t.search @@ wanted and t.deleted_at is null
            order by t.updated_at desc, t.id desc limit at_most;
    elsif object = 'lead' then
        return query select t.id from lead t where t.org_id = org and t.id = any (ids) and t.search @@ wanted and t.deleted_at is null
            order by t.updated_at desc, t.id desc limit at_most;
    end if;
end $$;

do $$
declare
    f regprocedure;
begin
    foreach f in array array['app.shared(text, text)', 'app.edits_until(text, uuid)', 'app.match_shared(text, text, int)']::regprocedure[] loop
        execute format('alter function %s owner to dealwright_search', f);
        execute format('revoke execute on function %s from public', f);
        execute format('grant execute on function %s to dealwright_app', f);
    end loop;
end $$;

-- A share given or taken is a change of access.
create or replace function app.shares_changed() returns trigger language plpgsql security definer set search_path = public, pg_temp as $$
begin
    update access_epoch set epoch = epoch + 1 where org_id in (select c.org_id from changed c);
    return null;
end $$;
create or replace trigger access_added after insert on record_share referencing new table as changed
    for each statement execute function app.shares_changed();
create or replace trigger access_changed after update on record_share referencing new table as changed
    for each statement execute function app.shares_changed();
create or replace trigger access_removed after delete on record_share referencing old table as changed
    for each statement execute function app.shares_changed();
create or replace trigger access_added after insert on account_member referencing new table as changed
    for each statement execute function app.shares_changed();
create or replace trigger access_changed after update on account_member referencing new table as changed
    for each statement execute function app.shares_changed();
create or replace trigger access_removed after delete on account_member referencing old table as changed
    for each statement execute function app.shares_changed();
