-- Who sees which saved view, and whose changes of many records are whose.

-- The actor's own team and those above it: for whom a team's view may be.
create or replace function app.teams_above() returns uuid[]
    language sql stable security definer set search_path = public, pg_temp as $$
    with recursive up as (
        select u.team_id as id from app_user u where u.org_id = app.org() and u.id = app.actor()
        union
        select t.parent_id from up join team t on t.org_id = app.org() and t.id = up.id
    )
    select coalesce(array_agg(id) filter (where id is not null), '{}') from up
$$;
revoke execute on function app.teams_above() from public;
grant execute on function app.teams_above() to dealwright_app;

call app.secure('saved_view');
create policy read on saved_view for select to dealwright_app using (org_id = (select app.org()) and (
    owner_id = (select app.actor()) or visibility = 'organisation'
    or (visibility = 'team' and team_id = any ((select app.teams_above())::uuid[]))));
create policy add on saved_view for insert to dealwright_app with check (org_id = (select app.org())
    and owner_id = (select app.actor())
    and (visibility <> 'organisation' or (select app.scope('saved_view.create')) = 'all')
    and (team_id is null or team_id = any ((select app.teams_above())::uuid[])));
-- What an administrator of views changes stays its owner's.
create policy change on saved_view for update to dealwright_app
    using (org_id = (select app.org()) and (owner_id = (select app.actor())
        or (visibility = 'organisation' and (select app.scope('saved_view.update')) = 'all')))
    with check (org_id = (select app.org()));
create policy remove on saved_view for delete to dealwright_app
    using (org_id = (select app.org()) and (owner_id = (select app.actor())
        or (visibility = 'organisation' and (select app.scope('saved_view.delete')) = 'all')));
grant select, insert, update, delete on saved_view to dealwright_app;

call app.secure('view_choice');
create policy own on view_choice to dealwright_app
    using (org_id = (select app.org()) and user_id = (select app.actor()))
    with check (org_id = (select app.org()) and user_id = (select app.actor())
        and exists (select from saved_view v where v.org_id = view_choice.org_id and v.id = view_id and v.object = view_choice.object));
grant select, insert, update, delete on view_choice to dealwright_app;

call app.secure('bulk_change');
create policy own on bulk_change to dealwright_app
    using (org_id = (select app.org()) and user_id = (select app.actor()))
    with check (org_id = (select app.org()) and user_id = (select app.actor()));
call app.open_to_system('bulk_change');
grant select, insert, update on bulk_change to dealwright_app;
grant select, delete on bulk_change to dealwright_system;

call app.secure('bulk_row');
create policy own on bulk_row to dealwright_app
    using (org_id = (select app.org()) and exists (select from bulk_change b where b.org_id = bulk_row.org_id and b.id = bulk_id))
    with check (org_id = (select app.org()) and exists (select from bulk_change b where b.org_id = bulk_row.org_id and b.id = bulk_id));
grant select, insert, update on bulk_row to dealwright_app;
