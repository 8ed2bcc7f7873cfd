-- An import is its maker's; who may read all imports sees all. Files and rows go with their import.

call app.secure('import');
create policy read on import for select to dealwright_app using (org_id = (select app.org())
    and ((select app.scope('import.read')) = 'all' or (created_by = (select app.actor()) and (select app.scope('import.read')) <> 'none')));
create policy add on import for insert to dealwright_app with check (org_id = (select app.org())
    and created_by = (select app.actor()) and (select app.scope('import.create')) <> 'none');
create policy change on import for update to dealwright_app using (org_id = (select app.org())
    and ((select app.scope('import.read')) = 'all' or created_by = (select app.actor())) and (select app.scope('import.create')) <> 'none')
    with check (org_id = (select app.org()));
create policy remove on import for delete to dealwright_app using (org_id = (select app.org())
    and ((select app.scope('import.read')) = 'all' or created_by = (select app.actor())) and (select app.scope('import.create')) <> 'none');

do $$
declare
    part text;
begin
    foreach part in array array['import_file', 'import_row', 'import_attachment'] loop
        call app.secure(part::regclass);
        execute format('create policy whole on %1$I to dealwright_app
            using (org_id = (select app.org()) and exists (select from import i where i.org_id = %1$I.org_id and i.id = %1$I.import_id))
            with check (org_id = (select app.org()))', part);
    end loop;
end $$;

grant select, insert, update, delete on import, import_file, import_row, import_attachment to dealwright_app;

-- Templates are for everyone who imports; a template is changed by its maker, or by who may read all imports.
call app.secure('import_template');
create policy read on import_template for select to dealwright_app using (org_id = (select app.org())
    and (select app.scope('import.create')) <> 'none');
create policy add on import_template for insert to dealwright_app with check (org_id = (select app.org())
    and created_by = (select app.actor()) and (select app.scope('import.create')) <> 'none');
create policy change on import_template for update to dealwright_app using (org_id = (select app.org())
    and ((select app.scope('import.read')) = 'all' or created_by = (select app.actor())) and (select app.scope('import.create')) <> 'none')
    with check (org_id = (select app.org()));
create policy remove on import_template for delete to dealwright_app using (org_id = (select app.org())
    and ((select app.scope('import.read')) = 'all' or created_by = (select app.actor())) and (select app.scope('import.create')) <> 'none');
grant select, insert, update, delete on import_template to dealwright_app;
