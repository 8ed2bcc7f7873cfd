-- Assignment rules are read by whatever brings a lead, and written by who may write rules. Turns are everybody's to take.

call app.secure('assignment_rule');
create policy read on assignment_rule for select to dealwright_app using (org_id = (select app.org()));
create policy add on assignment_rule for insert to dealwright_app
    with check (org_id = (select app.org()) and (select app.scope('rule.create')) = 'all');
create policy change on assignment_rule for update to dealwright_app
    using (org_id = (select app.org()) and (select app.scope('rule.update')) = 'all') with check (org_id = (select app.org()));
create policy remove on assignment_rule for delete to dealwright_app
    using (org_id = (select app.org()) and (select app.scope('rule.delete')) = 'all');
grant select, insert, update, delete on assignment_rule to dealwright_app;

call app.secure_org('assignment_turn');
grant select, insert, update on assignment_turn to dealwright_app;

-- Everyone sets their own hours; who may change rules, everyone's.
call app.secure('working_hours');
create policy read on working_hours for select to dealwright_app using (org_id = (select app.org()));
create policy add on working_hours for insert to dealwright_app with check (org_id = (select app.org())
    and (user_id = (select app.actor()) or (select app.scope('rule.update')) = 'all'));
create policy change on working_hours for update to dealwright_app using (org_id = (select app.org())
    and (user_id = (select app.actor()) or (select app.scope('rule.update')) = 'all')) with check (org_id = (select app.org()));
grant select, insert, update on working_hours to dealwright_app;

-- Gives a lead that has just been made to the owner whom the rules chose, who may be beyond the reach of who brought it:
-- only from the actor's own hands, and only before it has changed.
create or replace function app.place_lead(target uuid, new_owner uuid, new_team uuid) returns boolean
    language sql security definer set search_path = public, pg_temp as $$
    with placed as (
        update lead l set owner_id = new_owner, team_id = new_team
        where l.org_id = app.org() and l.id = target and l.owner_id = app.actor() and l.version = 1 and l.deleted_at is null
        returning 1
    )
    select exists (select from placed)
$$;
-- Gives a lead that the actor may change to the owner whom the rules chose, who may be beyond the actor's sight.
create or replace function app.give_lead(target uuid, at_version bigint, new_owner uuid, new_team uuid, at timestamptz) returns boolean
    language sql security definer set search_path = public, pg_temp as $$
    with given as (
        update lead l set owner_id = new_owner, team_id = new_team, version = l.version + 1, updated_at = at
        where l.org_id = app.org() and l.id = target and l.version = at_version and l.deleted_at is null
          and case app.scope('lead.update') when 'all' then true when 'team' then l.owner_id = app.actor() or l.team_id = any (app.teams())
                                            when 'own' then l.owner_id = app.actor() else false end
        returning 1
    )
    select exists (select from given)
$$;
revoke execute on function app.give_lead(uuid, bigint, uuid, uuid, timestamptz) from public;
grant execute on function app.give_lead(uuid, bigint, uuid, uuid, timestamptz) to dealwright_app;
revoke execute on function app.place_lead(uuid, uuid, uuid) from public;
grant execute on function app.place_lead(uuid, uuid, uuid) to dealwright_app;
