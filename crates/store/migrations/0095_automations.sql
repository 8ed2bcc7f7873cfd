-- Automations: when something happens, if a condition holds, then steps. Each run is a row before anything is done.

create table automation (
    org_id          uuid not null references organisation (id) on delete cascade,
    id              uuid not null,
    name            text not null check (length(name) between 1 and 200),
    description     text check (length(description) <= 2000),
    object          text not null check (object in ('opportunity', 'account', 'contact', 'lead', 'task')),
    trigger         jsonb not null,
    condition       text check (length(condition) between 1 and 2000),
    steps           jsonb not null,
    -- Whom it acts for, and the most that it may do: `{"opportunity.update":"team",…}`.
    run_as          uuid not null,
    scopes          jsonb not null,
    -- How many runs an hour are no storm, and how many days a record is left alone after a run.
    per_hour        int not null check (per_hour between 1 and 10000),
    quiet_days      int not null check (quiet_days between 0 and 365),
    with_imports    boolean not null,
    -- Signs what it sends.
    webhook_secret  bytea,
    active          boolean not null,
    -- Since when: what happened before sets nothing off.
    active_since    timestamptz,
    -- Why it was switched off, when no person did it.
    paused          text check (paused in ('storm', 'actor_gone', 'failing')),
    paused_at       timestamptz,
    -- When its schedule comes next.
    next_at         timestamptz,
    version         bigint not null default 1,
    created_at      timestamptz not null,
    updated_at      timestamptz not null,
    primary key (org_id, id),
    foreign key (org_id, run_as) references app_user (org_id, id)
);
create unique index automation_name_key on automation (org_id, lower(name));
create index automation_next on automation (next_at) where active and next_at is not null;
create index automation_run_as on automation (org_id, run_as);

create table automation_run (
    org_id          uuid not null,
    id              uuid not null,
    automation_id   uuid not null,
    object          text not null,
    record_id       uuid not null,
    -- What set it off, once: an event's id, or `schedule:<moment>`.
    cause           text not null check (length(cause) between 1 and 100),
    event_id        uuid,
    -- When that was.
    caused_at       timestamptz not null,
    -- The automations whose runs led to this one, the first of them first.
    chain           uuid[] not null default '{}',
    status          text not null check (status in ('queued', 'done', 'unmet', 'refused', 'failed', 'skipped')),
    -- Why it was refused, failed or skipped: a code and words.
    code            text,
    reason          text check (length(reason) <= 2000),
    -- What became of each step: [{"do":…,"status":…,…}]
    steps           jsonb not null default '[]',
    created_at      timestamptz not null,
    finished_at     timestamptz,
    primary key (org_id, id),
    foreign key (org_id, automation_id) references automation (org_id, id) on delete cascade
);
create unique index automation_run_once on automation_run (org_id, automation_id, record_id, cause);
create index automation_run_queue on automation_run (org_id, automation_id, id) where status = 'queued';
create index automation_run_log on automation_run (org_id, id desc);
create index automation_run_of on automation_run (org_id, automation_id, id desc);
create index automation_run_record on automation_run (org_id, record_id, id desc);
-- What storms are counted by: runs that did something, or tried to.
create index automation_run_acted on automation_run (org_id, automation_id, finished_at) where status in ('done', 'refused', 'failed');
create index automation_run_age on automation_run (finished_at) where finished_at is not null;

-- They begin with what happens from now on.
insert into event_consumer (name, position) select 'automations', coalesce(max(position), 0) from event_position
    on conflict do nothing;

-- An automation is somebody who acts.
alter table event drop constraint event_actor_kind_check;
alter table event add constraint event_actor_kind_check check (actor_kind in ('user', 'agent', 'system', 'import', 'key', 'automation'));

-- What an automation says to people.
alter table notification drop constraint notification_kind_check;
alter table notification add constraint notification_kind_check
    check (kind in ('assigned_to_me', 'mentioned', 'followed_record_changed', 'task_reminder', 'task_due', 'task_overdue',
                    'shared_with_me', 'import_finished', 'bulk_finished', 'proposal_waiting', 'account_team_added',
                    'approval_waiting', 'approval_decided', 'approval_escalated', 'stage_entered', 'sla_warning', 'sla_breached',
                    'automation_message', 'automation_paused'));
alter table notification drop constraint notification_object_check;
alter table notification add constraint notification_object_check
    check (object in ('opportunity', 'account', 'contact', 'lead', 'task', 'import', 'bulk_change', 'automation'));

-- Administrators of organisations that are there already.
update role set grants = grants || '{"automation.read": "all", "automation.create": "all", "automation.update": "all", "automation.delete": "all"}'
where builtin = 'administrator';
