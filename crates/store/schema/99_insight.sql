-- When deals were in their stages; the rules of scores; where values came from.

-- As its deal. It is written by the triggers below, and by nobody else.
call app.secure('stage_entry');
create policy read on stage_entry for select to dealwright_app
    using (org_id = (select app.org()) and exists (select from opportunity o where o.org_id = stage_entry.org_id and o.id = opportunity_id));
grant select on stage_entry to dealwright_app;

create or replace function app.stages_begin() returns trigger language plpgsql security definer set search_path = public, pg_temp as $$
begin
    insert into stage_entry (org_id, id, opportunity_id, stage_id, entered_at)
    select a.org_id, gen_random_uuid(), a.id, a.stage_id, a.stage_entered_at from added a;
    return null;
end $$;
create or replace trigger opportunity_stages_begin after insert on opportunity referencing new table as added
    for each statement execute function app.stages_begin();

create or replace function app.stage_changes() returns trigger language plpgsql security definer set search_path = public, pg_temp as $$
declare
    -- Whoever replaces a stage by another moves no deal: its time goes on, and is told of the new one from now on.
    since constant timestamptz := case when new.stage_entered_at is distinct from old.stage_entered_at then new.stage_entered_at else new.updated_at end;
begin
    update stage_entry set left_at = greatest(entered_at, since)
    where org_id = new.org_id and opportunity_id = new.id and left_at is null;
    insert into stage_entry (org_id, id, opportunity_id, stage_id, entered_at)
    values (new.org_id, gen_random_uuid(), new.id, new.stage_id, since);
    return null;
end $$;
create or replace trigger opportunity_stage_changes after update of stage_id on opportunity
    for each row when (old.stage_id is distinct from new.stage_id) execute function app.stage_changes();

-- The stages that deals have been in as their events tell it, in place of what is kept of these deals.
create or replace function app.recount_stages(organisation uuid) returns void language plpgsql set search_path = public, pg_temp as $$
begin
    create temp table if not exists stage_path (org_id uuid, opportunity_id uuid, stage_id uuid, entered_at timestamptz) on commit drop;
    truncate stage_path;
    insert into stage_path
    select p.org_id, p.opportunity_id, p.stage_id, p.entered_at
    from (select m.*, lag(m.stage_id) over (partition by m.org_id, m.opportunity_id order by m.entered_at, m.last) as before
          from (select e.org_id, e.opportunity_id, (e.data ->> 'stage_id')::uuid as stage_id, e.at as entered_at, false as last
                from event e
                where (organisation is null or e.org_id = organisation) and e.type = 'opportunity.created' and e.opportunity_id is not null
                  and e.data ->> 'stage_id' ~ '^[0-9a-f-]{36}$'
                union all
                select e.org_id, e.opportunity_id, (c.change ->> 'new')::uuid, e.at, false
                from event e, jsonb_array_elements(case when jsonb_typeof(e.changes) = 'array' then e.changes else '[]' end) as c (change)
                where (organisation is null or e.org_id = organisation) and e.subject_type = 'opportunity' and e.opportunity_id is not null
                  and e.type <> 'opportunity.created'
                  and c.change ->> 'field' = 'stage_id' and c.change ->> 'new' ~ '^[0-9a-f-]{36}$'
                union all
                select o.org_id, o.id, o.stage_id, o.stage_entered_at, true from opportunity o
                where organisation is null or o.org_id = organisation) as m) as p
    join opportunity o on o.org_id = p.org_id and o.id = p.opportunity_id
    join stage s on s.org_id = p.org_id and s.id = p.stage_id
    where p.before is distinct from p.stage_id;
    delete from stage_entry where organisation is null or org_id = organisation;
    insert into stage_entry (org_id, id, opportunity_id, stage_id, entered_at, left_at)
    select org_id, gen_random_uuid(), opportunity_id, stage_id, entered_at,
           lead(entered_at) over (partition by org_id, opportunity_id order by entered_at)
    from stage_path;
    drop table stage_path;
end $$;
revoke execute on function app.recount_stages(uuid) from public;

-- What was there before stages were kept.
do $$
begin
    if exists (select from opportunity) and not exists (select from stage_entry) then
        perform app.recount_stages(null);
    end if;
end $$;

-- Everybody's leads are scored by it, so everybody reads it; who may change rules writes it.
call app.secure('score_model');
create policy read on score_model for select to dealwright_app using (org_id = (select app.org()));
create policy add on score_model for insert to dealwright_app
    with check (org_id = (select app.org()) and (select app.scope('rule.update')) = 'all');
create policy change on score_model for update to dealwright_app
    using (org_id = (select app.org()) and (select app.scope('rule.update')) = 'all') with check (org_id = (select app.org()));
grant select, insert, update on score_model to dealwright_app;

-- As its record.
call app.secure('field_source');
create policy whole on field_source to dealwright_app
    using (org_id = (select app.org())
           and case when account_id is not null then exists (select from account a where a.org_id = field_source.org_id and a.id = account_id)
                    else exists (select from lead l where l.org_id = field_source.org_id and l.id = lead_id) end)
    with check (org_id = (select app.org())
           and case when account_id is not null then exists (select from account a where a.org_id = field_source.org_id and a.id = account_id)
                    else exists (select from lead l where l.org_id = field_source.org_id and l.id = lead_id) end);
grant select, insert, update, delete on field_source to dealwright_app;
