-- Rules and calendars are read by whoever meets their clocks, and written by who may write them. A clock is seen as its record
-- is; none but the engine, which holds sla_rule.update, writes one. The system role follows the event log and finds what is due.

do $$
declare
    kind text;
begin
    foreach kind in array array['sla_calendar', 'sla_rule'] loop
        execute format('call app.secure(%L)', kind);
        execute format('create policy read on %I for select to dealwright_app using (org_id = (select app.org()))', kind);
        execute format('create policy add on %I for insert to dealwright_app
                            with check (org_id = (select app.org()) and (select app.scope(''sla_rule.create'')) = ''all'')', kind);
        execute format('create policy change on %I for update to dealwright_app
                            using (org_id = (select app.org()) and ''all'' in ((select app.scope(''sla_rule.update'')), (select app.scope(''sla_rule.delete''))))
                            with check (org_id = (select app.org()))', kind);
    end loop;
end $$;
create policy remove on sla_calendar for delete to dealwright_app
    using (org_id = (select app.org()) and (select app.scope('sla_rule.delete')) = 'all');
call app.open_to_system('sla_calendar');
call app.open_to_system('sla_rule');
grant select, insert, update, delete on sla_calendar to dealwright_app;
grant select, insert, update on sla_rule to dealwright_app;
grant select on sla_calendar, sla_rule to dealwright_system;

call app.secure('sla_timer');
create policy read on sla_timer for select to dealwright_app using (org_id = (select app.org())
    and case when opportunity_id is not null
             then (select app.scope('opportunity.read')) = 'all' or exists (select from opportunity o where o.org_id = sla_timer.org_id and o.id = opportunity_id)
             else (select app.scope('lead.read')) = 'all' or exists (select from lead l where l.org_id = sla_timer.org_id and l.id = lead_id) end);
create policy add on sla_timer for insert to dealwright_app
    with check (org_id = (select app.org()) and (select app.scope('sla_rule.update')) = 'all');
create policy change on sla_timer for update to dealwright_app
    using (org_id = (select app.org()) and (select app.scope('sla_rule.update')) = 'all') with check (org_id = (select app.org()));
call app.open_to_system('sla_timer');
grant select, insert, update on sla_timer to dealwright_app;
grant select, insert, update on sla_timer to dealwright_system;

call app.secure('sla_step');
create policy read on sla_step for select to dealwright_app using (org_id = (select app.org())
    and exists (select from sla_timer t where t.org_id = sla_step.org_id and t.id = timer_id));
create policy add on sla_step for insert to dealwright_app
    with check (org_id = (select app.org()) and (select app.scope('sla_rule.update')) = 'all');
grant select, insert on sla_step to dealwright_app;

-- A simulation is its person's: it was counted under their eyes.
call app.secure('sla_simulation');
create policy own on sla_simulation to dealwright_app
    using (org_id = (select app.org()) and user_id = (select app.actor()))
    with check (org_id = (select app.org()) and user_id = (select app.actor()));
call app.open_to_system('sla_simulation');
grant select, insert, update on sla_simulation to dealwright_app;
grant select, delete on sla_simulation to dealwright_system;

-- A new organisation starts with a calendar; it counts in the organisation's time zone.
create or replace function app.begin_calendar() returns trigger language plpgsql security definer set search_path = public, pg_temp as $$
begin
    insert into sla_calendar (org_id, id, name, week, created_at, updated_at)
    select new.id, gen_random_uuid(), 'Working hours', jsonb_object_agg(day, '[{"from": "09:00", "until": "17:00"}]'::jsonb), now(), now()
    from unnest(array['mon', 'tue', 'wed', 'thu', 'fri']) as day;
    return new;
end $$;
create or replace trigger organisation_calendar after insert on organisation for each row execute function app.begin_calendar();
