-- What tasks wait for, and the templates they are made from.

-- A task's needs are seen by who sees the task; those of a task that the reader does not see are counted, and no more.
call app.secure('task_need');
create policy whole on task_need to dealwright_app
    using (org_id = (select app.org()) and exists (select from task t where t.org_id = task_need.org_id and t.id = task_id))
    with check (org_id = (select app.org()) and exists (select from task t where t.org_id = task_need.org_id and t.id = task_id)
        and exists (select from task t where t.org_id = task_need.org_id and t.id = needs_id));
grant select, insert, delete on task_need to dealwright_app;

call app.secure_org('task_template');
grant select, insert, update, delete on task_template to dealwright_app;

-- How many tasks must be finished before this one, whoever may see them: a task is not finished sooner for being seen by
-- fewer. Asked of a task that the actor sees.
create or replace function app.open_needs(of uuid) returns bigint language sql stable security definer set search_path = public, pg_temp as $$
    select count(*) from task_need n join task t on t.org_id = n.org_id and t.id = n.needs_id
    where n.org_id = app.org() and n.task_id = of and t.done_at is null and t.deleted_at is null
$$;

-- Whether one of these tasks waits, however far round, for the task.
create or replace function app.needs_come_round(of uuid, needs uuid[]) returns boolean language sql stable security definer set search_path = public, pg_temp as $$
    with recursive further (id) as (
        select unnest(needs)
        union
        select n.needs_id from further f join task_need n on n.org_id = app.org() and n.task_id = f.id
    )
    select exists (select from further where id = of)
$$;
revoke execute on function app.open_needs(uuid), app.needs_come_round(uuid, uuid[]) from public;
grant execute on function app.open_needs(uuid), app.needs_come_round(uuid, uuid[]) to dealwright_app;
