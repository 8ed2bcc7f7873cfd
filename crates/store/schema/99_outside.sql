-- Outside tools. Everybody's requests ask whether one is allowed; who may change guardrails writes. The sealed secret is read by the
-- system role alone.

call app.secure('tool_server');
create policy read on tool_server for select to dealwright_app using (org_id = (select app.org()));
create policy add on tool_server for insert to dealwright_app
    with check (org_id = (select app.org()) and (select app.scope('guardrail.update')) = 'all');
create policy change on tool_server for update to dealwright_app
    using (org_id = (select app.org()) and (select app.scope('guardrail.update')) = 'all') with check (org_id = (select app.org()));
create policy remove on tool_server for delete to dealwright_app
    using (org_id = (select app.org()) and (select app.scope('guardrail.update')) = 'all');
call app.open_to_system('tool_server');

call app.secure('outside_tool');
create policy read on outside_tool for select to dealwright_app using (org_id = (select app.org()));
create policy write on outside_tool to dealwright_app
    using (org_id = (select app.org()) and (select app.scope('guardrail.update')) = 'all')
    with check (org_id = (select app.org()) and (select app.scope('guardrail.update')) = 'all');
call app.open_to_system('outside_tool');

grant select (org_id, id, name, url, has_secret, enabled, checked_at, problem, version, created_by, created_at), insert,
    update (url, secret, enabled, checked_at, problem, version), delete on tool_server to dealwright_app;
grant select, insert, update, delete on outside_tool to dealwright_app;
grant select on tool_server to dealwright_system;
grant select, update on outside_tool to dealwright_system;
