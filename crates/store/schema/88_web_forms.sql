-- Web forms are an administrator's. Whoever fills one in comes by the system role, which finds the organisation by the key,
-- and then as the form's own actor.

call app.secure('web_form');
create policy read on web_form for select to dealwright_app using (org_id = (select app.org()));
create policy write on web_form to dealwright_app
    using (org_id = (select app.org()) and (select app.scope('organisation.update')) = 'all')
    with check (org_id = (select app.org()) and (select app.scope('organisation.update')) = 'all');
call app.open_to_system('web_form');
grant select, insert, update, delete on web_form to dealwright_app;
grant select on web_form to dealwright_system;

call app.secure('web_form_entry');
create policy add on web_form_entry for insert to dealwright_app with check (org_id = (select app.org()));
create policy decide on web_form_entry to dealwright_app
    using (org_id = (select app.org()) and (select app.scope('organisation.update')) = 'all');
call app.open_to_system('web_form_entry');
grant select, insert, delete on web_form_entry to dealwright_app;
grant select on web_form_entry to dealwright_system;

call app.secure_org('web_form_receipt');
call app.open_to_system('web_form_receipt');
grant select, insert, update on web_form_receipt to dealwright_app;
grant select, delete on web_form_receipt to dealwright_system;
