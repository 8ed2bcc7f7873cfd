-- Leads are merged too.
alter table record_merge drop constraint record_merge_object_check;
alter table record_merge add constraint record_merge_object_check check (object in ('account', 'contact', 'lead'));
