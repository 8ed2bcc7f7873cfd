-- What makes tasks a working day: reminders, steps to tick off, repetition, tasks that wait for others, and templates.

alter table task
    add column remind_at     timestamptz,
    -- An RFC 5545 rule without its name, such as FREQ=WEEKLY;BYDAY=MO, counted from recurs_from.
    add column recurrence    text check (length(recurrence) between 1 and 300),
    add column recurs_from   date,
    -- The occurrence that this one follows.
    add column previous_id   uuid,
    -- [{"text": …, "done": …}], in the person's order.
    add column checklist     jsonb not null default '[]' check (jsonb_typeof(checklist) = 'array'),
    add foreign key (org_id, previous_id) references task (org_id, id) on delete set null (previous_id),
    add check ((recurrence is null) = (recurs_from is null)),
    add check (recurrence is null or due_date is not null);
-- An occurrence has one that follows it, however often it is finished.
create unique index task_next on task (org_id, previous_id) where previous_id is not null and deleted_at is null;
create index task_reminders on task (org_id, remind_at, id) where remind_at is not null and done_at is null and deleted_at is null;

-- task_id can be finished when needs_id is.
create table task_need (
    org_id      uuid not null references organisation (id) on delete cascade,
    task_id     uuid not null,
    needs_id    uuid not null,
    primary key (org_id, task_id, needs_id),
    check (task_id <> needs_id),
    foreign key (org_id, task_id) references task (org_id, id) on delete cascade,
    foreign key (org_id, needs_id) references task (org_id, id) on delete cascade
);
create index task_needed on task_need (org_id, needs_id);

create table task_template (
    org_id          uuid not null references organisation (id) on delete cascade,
    id              uuid not null,
    name            text not null check (length(name) between 1 and 200),
    title           text not null check (length(title) between 1 and 500),
    notes           text check (length(notes) <= 10000),
    priority        text not null default 'normal' check (priority in ('low', 'normal', 'high')),
    -- Days from the day that it is used on; working days alone where working_days says so.
    due_in_days     int check (due_in_days between 0 and 3650),
    working_days    boolean not null default false,
    recurrence      text check (length(recurrence) between 1 and 300),
    checklist       jsonb not null default '[]' check (jsonb_typeof(checklist) = 'array'),
    archived_at     timestamptz,
    version         bigint not null default 1,
    created_at      timestamptz not null,
    updated_at      timestamptz not null,
    primary key (org_id, id),
    check (recurrence is null or due_in_days is not null)
);
create unique index task_template_name_key on task_template (org_id, lower(name));

-- Tasks are changed many at a time too.
alter table bulk_change drop constraint bulk_change_object_check;
alter table bulk_change add constraint bulk_change_object_check check (object in ('opportunity', 'account', 'contact', 'lead', 'task'));
