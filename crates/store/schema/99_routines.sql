-- Routines: everybody reads how they are set, who may change automations sets them. A run is its person's own, and also seen by
-- who may read automations; what it says is its person's alone.

call app.secure('routine');
create policy read on routine for select to dealwright_app using (org_id = (select app.org()));
create policy add on routine for insert to dealwright_app
    with check (org_id = (select app.org()) and (select app.scope('automation.update')) = 'all');
create policy change on routine for update to dealwright_app
    using (org_id = (select app.org()) and (select app.scope('automation.update')) = 'all') with check (org_id = (select app.org()));
call app.open_to_system('routine');
grant select, insert, update on routine to dealwright_app;
grant select on routine to dealwright_system;

call app.secure('routine_mute');
create policy own on routine_mute to dealwright_app using (org_id = (select app.org()) and user_id = (select app.actor()))
    with check (org_id = (select app.org()) and user_id = (select app.actor()));
call app.open_to_system('routine_mute');
grant select, insert, delete on routine_mute to dealwright_app;
grant select on routine_mute to dealwright_system;

call app.secure('routine_run');
create policy read on routine_run for select to dealwright_app using (org_id = (select app.org())
    and (user_id = (select app.actor()) or (select app.scope('automation.read')) = 'all'));
create policy add on routine_run for insert to dealwright_app
    with check (org_id = (select app.org()) and user_id = (select app.actor()));
create policy change on routine_run for update to dealwright_app
    using (org_id = (select app.org()) and user_id = (select app.actor())) with check (org_id = (select app.org()));
call app.open_to_system('routine_run');
grant select, insert, update on routine_run to dealwright_app;
grant select, delete on routine_run to dealwright_system;

call app.secure('routine_result');
create policy own on routine_result to dealwright_app
    using (org_id = (select app.org()) and user_id = (select app.actor()) and (select app.scope('viewing')) = 'none')
    with check (org_id = (select app.org()) and user_id = (select app.actor()));
grant select, insert, update on routine_result to dealwright_app;
