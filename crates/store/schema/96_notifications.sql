-- A notification is its receiver's alone, and only while they see what it is about. Letters ask the same policy at the moment
-- of sending.

-- Whether the actor may see what a notification tells of: by that record's own policy.
create or replace function app.sees_notified(object text, record uuid, note uuid) returns boolean
    language plpgsql stable set search_path = public, pg_temp as $$
declare
    org constant uuid := app.org();
begin
    if note is not null and not exists (select from activity a where a.org_id = org and a.id = note and a.deleted_at is null) then
        return false;
    end if;
    return case object
        when 'opportunity' then exists (select from opportunity o where o.org_id = org and o.id = record and o.deleted_at is null)
        when 'account' then exists (select from account a where a.org_id = org and a.id = record and a.deleted_at is null)
        when 'contact' then exists (select from contact c where c.org_id = org and c.id = record and c.deleted_at is null)
        when 'lead' then exists (select from lead l where l.org_id = org and l.id = record and l.deleted_at is null)
        when 'task' then exists (select from task t where t.org_id = org and t.id = record and t.deleted_at is null)
        when 'import' then exists (select from import i where i.org_id = org and i.id = record)
        when 'automation' then exists (select from automation w where w.org_id = org and w.id = record)
        when 'bulk_change' then exists (select from bulk_change b where b.org_id = org and b.id = record)
        when 'ai_alert' then exists (select from ai_alert l where l.org_id = org and l.id = record)
        else false
    end;
end $$;

call app.secure('notification');
create policy own on notification to dealwright_app
    using (org_id = (select app.org()) and user_id = (select app.actor()) and (select app.scope('viewing')) = 'none'
        and app.sees_notified(object, record_id, activity_id))
    with check (org_id = (select app.org()) and user_id = (select app.actor()));
call app.open_to_system('notification');
grant select, update (read_at, snoozed_until, listed_at) on notification to dealwright_app;
grant select, insert, update, delete on notification to dealwright_system;

-- Their person's; whether an address bounces is for who may change people too.
call app.secure('notification_setting');
create policy own on notification_setting to dealwright_app
    using (org_id = (select app.org()) and (user_id = (select app.actor()) or (select app.scope('user.update')) = 'all'))
    with check (org_id = (select app.org()) and (user_id = (select app.actor()) or (select app.scope('user.update')) = 'all'));
call app.open_to_system('notification_setting');
grant select, insert, update on notification_setting to dealwright_app;
grant select, insert, update on notification_setting to dealwright_system;

-- Who follows a record is seen by who sees the record; everybody says for themselves whether they do.
call app.secure('follow');
create policy read on follow for select to dealwright_app using (org_id = (select app.org()) and app.sees(object, record_id));
create policy add on follow for insert to dealwright_app
    with check (org_id = (select app.org()) and user_id = (select app.actor()) and app.sees(object, record_id));
create policy change on follow for update to dealwright_app
    using (org_id = (select app.org()) and user_id = (select app.actor()) and app.sees(object, record_id))
    with check (org_id = (select app.org()) and user_id = (select app.actor()));
call app.open_to_system('follow');
grant select, insert, update on follow to dealwright_app;
grant select, insert, update, delete on follow to dealwright_system;

grant select on lead, task to dealwright_search;

-- Whose records are, for whoever makes notifications: ids alone.
create or replace function app.owners_of(org uuid, object text, records uuid[]) returns table (record_id uuid, owner_id uuid)
    language plpgsql stable security definer set search_path = public, pg_temp as $$
begin
    return query
        select o.id, o.owner_id from opportunity o where object = 'opportunity' and o.org_id = org and o.id = any (records) and o.deleted_at is null
        union all
        select a.id, a.owner_id from account a where object = 'account' and a.org_id = org and a.id = any (records) and a.deleted_at is null
        union all
        select c.id, c.owner_id from contact c where object = 'contact' and c.org_id = org and c.id = any (records) and c.deleted_at is null
        union all
        select l.id, l.owner_id from lead l where object = 'lead' and l.org_id = org and l.id = any (records) and l.deleted_at is null
        union all
        select t.id, t.assignee_id from task t where object = 'task' and t.org_id = org and t.id = any (records) and t.deleted_at is null;
end $$;

-- Open tasks that are due from one day to another, in all organisations: ids and days alone.
create or replace function app.tasks_due(first date, last date) returns table (org_id uuid, task_id uuid, assignee_id uuid, due_date date)
    language sql stable security definer set search_path = public, pg_temp as $$
    select t.org_id, t.id, t.assignee_id, t.due_date from task t
    where t.due_date between first and last and t.deleted_at is null and t.done_at is null
$$;

create policy search on notification for select to dealwright_search using (true);
grant select on notification to dealwright_search;

-- Reminders of open tasks between two moments, in all organisations, but for those that were told: ids and moments alone.
create or replace function app.tasks_to_remind(since timestamptz, until timestamptz)
    returns table (org_id uuid, task_id uuid, assignee_id uuid, remind_at timestamptz)
    language sql stable security definer set search_path = public, pg_temp as $$
    select t.org_id, t.id, t.assignee_id, t.remind_at from task t
    where t.remind_at > since and t.remind_at <= until and t.deleted_at is null and t.done_at is null
      and not exists (select from notification n where n.org_id = t.org_id and n.user_id = t.assignee_id and n.kind = 'task_reminder'
                      and n.source = 'reminder:' || t.id || ':' || extract(epoch from date_trunc('second', t.remind_at))::bigint)
$$;

do $$
declare
    f regprocedure;
begin
    foreach f in array array['app.owners_of(uuid, text, uuid[])', 'app.tasks_due(date, date)', 'app.tasks_to_remind(timestamptz, timestamptz)']::regprocedure[] loop
        execute format('alter function %s owner to dealwright_search', f);
        execute format('revoke execute on function %s from public', f);
        execute format('grant execute on function %s to dealwright_system', f);
    end loop;
end $$;

-- Reactions are seen as their activity is; everybody has their own.
call app.secure('activity_reaction');
create policy read on activity_reaction for select to dealwright_app using (org_id = (select app.org())
    and exists (select from activity a where a.org_id = activity_reaction.org_id and a.id = activity_id));
create policy add on activity_reaction for insert to dealwright_app
    with check (org_id = (select app.org()) and user_id = (select app.actor())
        and exists (select from activity a where a.org_id = activity_reaction.org_id and a.id = activity_id));
create policy remove on activity_reaction for delete to dealwright_app
    using (org_id = (select app.org()) and user_id = (select app.actor()));
grant select, insert, delete on activity_reaction to dealwright_app;
