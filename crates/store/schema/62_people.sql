-- Viewing as another person, and what somebody owns in all.

call app.secure_org('viewing');
call app.open_to_system('viewing');
grant select, insert, update on viewing to dealwright_app;
grant select, insert, update, delete on viewing to dealwright_system;
grant delete on role to dealwright_app;

-- Who looks at whom is part of who acts: actors are read again. So is everything else about a person.
create or replace trigger access_changed after insert or update on viewing for each row execute function app.access_changed();
create or replace trigger profile_changed after update of version on app_user for each row execute function app.access_changed();

-- What a person owns, whoever may see it: a hand-over that leaves something behind must say so, and it may be beyond the
-- sight of who hands over. Numbers only. With a team: what is not of that team, or for tasks, of the team before.
drop function if exists app.holdings(uuid);
create or replace function app.holdings(owner uuid)
    returns table (opportunities bigint, open_opportunities bigint, accounts bigint, contacts bigint, leads bigint, open_leads bigint, tasks bigint, open_tasks bigint)
    language sql stable security definer set search_path = public, pg_temp as $$
    select (select count(*) from opportunity where org_id = app.org() and owner_id = owner),
           (select count(*) from opportunity where org_id = app.org() and owner_id = owner and closed_at is null),
           (select count(*) from account where org_id = app.org() and owner_id = owner),
           (select count(*) from contact where org_id = app.org() and owner_id = owner),
           (select count(*) from lead where org_id = app.org() and owner_id = owner),
           (select count(*) from lead where org_id = app.org() and owner_id = owner and converted_at is null),
           (select count(*) from task where org_id = app.org() and assignee_id = owner),
           (select count(*) from task where org_id = app.org() and assignee_id = owner and done_at is null)
$$;
revoke execute on function app.holdings(uuid) from public;
grant execute on function app.holdings(uuid) to dealwright_app;

-- How many of a person's records are not in the team they should be in.
create or replace function app.astray(owner uuid, team uuid, team_before uuid) returns bigint
    language sql stable security definer set search_path = public, pg_temp as $$
    select (select count(*) from opportunity where org_id = app.org() and owner_id = owner and team_id is distinct from team)
         + (select count(*) from account where org_id = app.org() and owner_id = owner and team_id is distinct from team)
         + (select count(*) from contact where org_id = app.org() and owner_id = owner and team_id is distinct from team)
         + (select count(*) from lead where org_id = app.org() and owner_id = owner and team_id is distinct from team)
         + (select count(*) from task where org_id = app.org() and assignee_id = owner and team_id is not distinct from team_before)
$$;
revoke execute on function app.astray(uuid, uuid, uuid) from public;
grant execute on function app.astray(uuid, uuid, uuid) to dealwright_app;
