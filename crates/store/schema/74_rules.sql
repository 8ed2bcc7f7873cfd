-- Validation rules are read by whoever writes a record, and written by those who may.

call app.secure('rule');
create policy read on rule for select to dealwright_app using (org_id = (select app.org()));
create policy add on rule for insert to dealwright_app
    with check (org_id = (select app.org()) and (select app.scope('rule.create')) = 'all');
create policy change on rule for update to dealwright_app
    using (org_id = (select app.org()) and (select app.scope('rule.update')) = 'all') with check (org_id = (select app.org()));
create policy remove on rule for delete to dealwright_app
    using (org_id = (select app.org()) and (select app.scope('rule.delete')) = 'all');

grant select, insert, update, delete on rule to dealwright_app;

-- Every node keeps the rules under the access epoch: a change of them is a change of who may do what.
create or replace trigger access_changed after insert or update or delete on rule
    for each row execute function app.access_changed();
