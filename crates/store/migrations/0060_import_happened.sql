-- Tasks and activities are imported too: found again by the id that another system gave them, and taken back with their import.

alter table import drop constraint import_object_check;
alter table import add constraint import_object_check
    check (object in ('opportunity', 'account', 'contact', 'lead', 'task', 'activity', 'product', 'user'));
alter table import_template drop constraint import_template_object_check;
alter table import_template add constraint import_template_object_check
    check (object in ('opportunity', 'account', 'contact', 'lead', 'task', 'activity', 'product', 'user'));

alter table task
    add column external_id text check (length(external_id) <= 200),
    add column import_id uuid;
create unique index task_external_id_key on task (org_id, external_id) where deleted_at is null;
create index task_import on task (org_id, import_id) where import_id is not null;

alter table activity
    add column external_id text check (length(external_id) <= 200),
    add column import_id uuid;
create unique index activity_external_id_key on activity (org_id, external_id) where deleted_at is null;
create index activity_import on activity (org_id, import_id) where import_id is not null;
