-- Who is at a record is seen by who sees the record; each writes of themselves.
call app.secure('presence');
call app.open_to_system('presence');
create policy read on presence for select to dealwright_app using (org_id = (select app.org()) and app.sees(object, record_id));
create policy add on presence for insert to dealwright_app
    with check (org_id = (select app.org()) and user_id = (select app.actor()) and app.sees(object, record_id));
create policy change on presence for update to dealwright_app
    using (org_id = (select app.org()) and user_id = (select app.actor()))
    with check (org_id = (select app.org()) and user_id = (select app.actor()));
grant select, insert, update on presence to dealwright_app;
grant select, delete on presence to dealwright_system;
