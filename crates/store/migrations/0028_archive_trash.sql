-- Archived deals are kept out of lists, boards and totals unless they are asked for. What is deleted is kept for as long as
-- the organisation says, and then gone for good.

alter table opportunity add column archived_at timestamptz;
create index opportunity_archived on opportunity (org_id, archived_at, id) where deleted_at is null and archived_at is not null;

alter table organisation add column trash_days int not null default 30 check (trash_days between 1 and 3650);

drop index opportunity_deleted;
create index opportunity_trash on opportunity (org_id, deleted_at, id) where deleted_at is not null;
create index account_trash on account (org_id, deleted_at, id) where deleted_at is not null;
create index contact_trash on contact (org_id, deleted_at, id) where deleted_at is not null;
create index lead_trash on lead (org_id, deleted_at, id) where deleted_at is not null;
create index task_trash on task (org_id, deleted_at, id) where deleted_at is not null;
