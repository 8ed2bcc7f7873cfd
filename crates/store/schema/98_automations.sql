-- Automations are read and written by who may; their runs are read by who may read automations, and written by the automation
-- itself, which acts for somebody.

call app.secure('automation');
create policy read on automation for select to dealwright_app using (org_id = (select app.org())
    and ((select app.scope('automation.read')) = 'all' or id = nullif((select app.scope('automation')), 'none')::uuid));
create policy add on automation for insert to dealwright_app
    with check (org_id = (select app.org()) and (select app.scope('automation.create')) = 'all');
create policy change on automation for update to dealwright_app
    using (org_id = (select app.org()) and (select app.scope('automation.update')) = 'all') with check (org_id = (select app.org()));
create policy remove on automation for delete to dealwright_app
    using (org_id = (select app.org()) and (select app.scope('automation.delete')) = 'all');
call app.open_to_system('automation');
grant select, insert, update, delete on automation to dealwright_app;
grant select, update on automation to dealwright_system;

call app.secure('automation_run');
create policy read on automation_run for select to dealwright_app using (org_id = (select app.org())
    and ((select app.scope('automation.read')) = 'all' or automation_id = nullif((select app.scope('automation')), 'none')::uuid));
create policy own on automation_run for update to dealwright_app
    using (org_id = (select app.org()) and automation_id = nullif((select app.scope('automation')), 'none')::uuid) with check (org_id = (select app.org()));
create policy again on automation_run for update to dealwright_app
    using (org_id = (select app.org()) and (select app.scope('automation.update')) = 'all') with check (org_id = (select app.org()));
call app.open_to_system('automation_run');
grant select, update on automation_run to dealwright_app;
grant select, insert, update, delete on automation_run to dealwright_system;
