-- Service level agreements: by when something must have been done about a record, on which clock, and what happens if not.

-- Working hours and holidays that rules count by. Without a time zone of its own, the organisation's.
create table sla_calendar (
    org_id      uuid not null references organisation (id) on delete cascade,
    id          uuid not null,
    name        text not null check (length(name) between 1 and 200),
    time_zone   text check (length(time_zone) between 1 and 100),
    -- {"mon": [{"from": "09:00", "until": "17:00"}], …}; a day that is not in it is free.
    week        jsonb not null check (jsonb_typeof(week) = 'object'),
    -- [{"date": "2026-12-24", "name": "Christmas Eve", "hours": []}]
    holidays    jsonb not null default '[]' check (jsonb_typeof(holidays) = 'array'),
    version     bigint not null default 1,
    created_at  timestamptz not null,
    updated_at  timestamptz not null,
    primary key (org_id, id)
);
create unique index sla_calendar_name_key on sla_calendar (org_id, lower(name));

create table sla_rule (
    org_id          uuid not null references organisation (id) on delete cascade,
    id              uuid not null,
    name            text not null check (length(name) between 1 and 200),
    object          text not null check (object in ('opportunity', 'lead')),
    condition       text not null check (length(condition) between 1 and 2000),
    measure         text not null check (measure in ('first_response', 'time_in_stage', 'next_activity')),
    -- What is measured in particular, pauses, the warning and the steps of escalation.
    definition      jsonb not null check (jsonb_typeof(definition) = 'object'),
    -- Null counts around the clock.
    calendar_id     uuid,
    active          boolean not null,
    -- Nothing that happened before counts.
    effective_from  timestamptz not null,
    -- The version up to which the clocks of all records follow the rule, and how far the next one has come.
    planned_version bigint not null default 0,
    plan_after      uuid,
    -- Who wrote it last, and stands behind what it does.
    made_by         uuid not null,
    version         bigint not null default 1,
    created_at      timestamptz not null,
    updated_at      timestamptz not null,
    -- What it counted stays on the dashboard.
    deleted_at      timestamptz,
    primary key (org_id, id),
    foreign key (org_id, calendar_id) references sla_calendar (org_id, id),
    foreign key (org_id, made_by) references app_user (org_id, id)
);
create unique index sla_rule_name_key on sla_rule (org_id, lower(name)) where deleted_at is null;
create index sla_rule_active on sla_rule (org_id) where active and deleted_at is null;

-- One run of a rule's clock for one record. It has at most one that is open.
create table sla_timer (
    org_id          uuid not null,
    id              uuid not null,
    rule_id         uuid not null,
    opportunity_id  uuid,
    lead_id         uuid,
    record_id       uuid not null generated always as (coalesce(opportunity_id, lead_id)) stored,
    episode         int not null check (episode > 0),
    -- Who answers for it: the record's owner, up to its end.
    owner_id        uuid not null,
    team_id         uuid,
    -- The stage or status that the record was in when it began.
    place_id        uuid,
    started_at      timestamptz not null,
    -- Working time that was used before the present run, in milliseconds.
    spent_ms        bigint not null default 0 check (spent_ms >= 0),
    -- Null while it is paused, and once it has ended.
    running_since   timestamptz,
    target_ms       bigint not null check (target_ms > 0),
    warn_at         timestamptz,
    -- Null while it is paused.
    due_at          timestamptz,
    -- When it has something to do next: warn, breach, escalate.
    next_at         timestamptz,
    warned_at       timestamptz,
    -- The moment at which it was due, whenever that was noticed.
    breached_at     timestamptz,
    -- Up to how long after the breach the steps have been taken, in milliseconds; -1 before any.
    escalated_ms    bigint not null default -1,
    ended_at        timestamptz,
    outcome         text check (outcome in ('met', 'closed', 'gone', 'unmatched', 'reassigned', 'rule_off')),
    -- When it was decided whether it was kept: at the breach, or at the end that came in time.
    decided_at      timestamptz,
    -- Attempts to take its next step that failed on our side.
    failures        int not null default 0,
    version         bigint not null default 1,
    primary key (org_id, id),
    check (num_nonnulls(opportunity_id, lead_id) = 1),
    check ((ended_at is null) = (outcome is null)),
    check (ended_at is null or (next_at is null and running_since is null)),
    foreign key (org_id, rule_id) references sla_rule (org_id, id) on delete cascade,
    foreign key (org_id, opportunity_id) references opportunity (org_id, id) on delete cascade,
    foreign key (org_id, lead_id) references lead (org_id, id) on delete cascade,
    foreign key (org_id, owner_id) references app_user (org_id, id)
);
-- A record has one open clock a rule, and each breach is one clock's.
create unique index sla_timer_open on sla_timer (org_id, rule_id, record_id) where ended_at is null;
create unique index sla_timer_episode on sla_timer (org_id, rule_id, record_id, episode);
create index sla_timer_of_deal on sla_timer (org_id, opportunity_id) where opportunity_id is not null;
create index sla_timer_of_lead on sla_timer (org_id, lead_id) where lead_id is not null;
-- What is due, over all organisations and of one rule.
create index sla_timer_due on sla_timer (next_at) where next_at is not null;
create index sla_timer_due_of_rule on sla_timer (org_id, rule_id, next_at) where next_at is not null;
create index sla_timer_open_due on sla_timer (org_id, due_at, id) where ended_at is null and due_at is not null;
create index sla_timer_open_late on sla_timer (org_id, breached_at, id) where ended_at is null and breached_at is not null;
create index sla_timer_decided on sla_timer (org_id, decided_at) where decided_at is not null;

-- A step that was taken, or refused: once for each clock.
create table sla_step (
    org_id      uuid not null,
    id          uuid not null,
    timer_id    uuid not null,
    step_id     uuid not null,
    moment      text not null check (moment in ('warning', 'breach', 'after_breach')),
    action      text not null check (action in ('notify', 'reassign', 'task', 'raise')),
    outcome     text not null check (outcome in ('done', 'nobody', 'refused')),
    -- Why it was refused.
    code        text check (length(code) <= 100),
    detail      text check (length(detail) <= 1000),
    -- Whom it reached and what it made, by ids.
    result      jsonb not null default '{}',
    at          timestamptz not null,
    primary key (org_id, id),
    foreign key (org_id, timer_id) references sla_timer (org_id, id) on delete cascade
);
create unique index sla_step_once on sla_step (org_id, timer_id, step_id);

-- What a rule would have done: worked out in the background, in batches, as the person who asked.
create table sla_simulation (
    org_id      uuid not null references organisation (id) on delete cascade,
    id          uuid not null,
    user_id     uuid not null,
    rule        jsonb not null,
    since       timestamptz not null,
    until       timestamptz not null,
    status      text not null check (status in ('running', 'done', 'failed')),
    total       bigint not null default 0,
    done        bigint not null default 0,
    after       uuid,
    result      jsonb not null default '{}',
    message     text,
    created_at  timestamptz not null,
    primary key (org_id, id),
    foreign key (org_id, user_id) references app_user (org_id, id)
);
create index sla_simulation_age on sla_simulation (created_at);

-- Clocks begin with what happens from now on.
insert into event_consumer (name, position) select 'sla', coalesce(max(position), 0) from event_position
    on conflict do nothing;

alter table notification drop constraint notification_kind_check;
alter table notification add constraint notification_kind_check
    check (kind in ('assigned_to_me', 'mentioned', 'followed_record_changed', 'task_reminder', 'task_due', 'task_overdue',
                    'shared_with_me', 'import_finished', 'bulk_finished', 'proposal_waiting', 'account_team_added',
                    'approval_waiting', 'approval_decided', 'approval_escalated', 'stage_entered', 'sla_warning', 'sla_breached'));

-- Whoever is there already gets the calendar that a new organisation starts with.
insert into sla_calendar (org_id, id, name, week, created_at, updated_at)
select id, gen_random_uuid(), 'Working hours',
       '{"mon": [{"from": "09:00", "until": "17:00"}], "tue": [{"from": "09:00", "until": "17:00"}], "wed": [{"from": "09:00", "until": "17:00"}], "thu": [{"from": "09:00", "until": "17:00"}], "fri": [{"from": "09:00", "until": "17:00"}]}',
       now(), now()
from organisation;

update role set grants = grants || '{"sla_rule.read": "all", "sla_rule.create": "all", "sla_rule.update": "all", "sla_rule.delete": "all"}'
    where builtin = 'administrator';
