-- How good the assistant is and what it takes: which agent, model and version of a prompt a run had, what was tried again with
-- another, which drafts were used, and alerts when it gets worse.

alter table agent_run
    -- Under which name it acted: the assistant, an automation, a program, a routine.
    add column agent          text not null default 'Assistant' check (length(agent) between 1 and 100),
    -- Of the prompt by which a model planned it; null when none did.
    add column prompt_version text check (length(prompt_version) <= 100),
    -- Of what was written out of results: how many sentences, and how many of them nothing supported.
    add column sentences      bigint check (sentences >= 0),
    add column unsupported    bigint check (unsupported >= 0);
create index agent_run_at on agent_run (org_id, created_at);

alter table llm_call
    -- The step of the run that asked.
    add column step       int,
    -- Who runs the model, as OpenTelemetry names it.
    add column provider   text check (length(provider) <= 100),
    -- The model that answered, by its own word.
    add column answered_by text check (length(answered_by) <= 200),
    -- `unavailable`, `timeout`, `unreadable`, or the status of a refusal.
    add column error_type text check (length(error_type) <= 100);

create index proposal_run on proposal (org_id, run_id);

-- Which versions of a prompt are in use, by share. Without a row the one that the product comes with is.
create table ai_prompt_setting (
    org_id      uuid not null references organisation (id) on delete cascade,
    prompt      text not null check (length(prompt) between 1 and 100),
    -- [{"version":"2","percent":80}], to a hundred.
    shares      jsonb not null,
    version     bigint not null default 1,
    updated_by  uuid not null,
    updated_at  timestamptz not null,
    primary key (org_id, prompt),
    foreign key (org_id, updated_by) references app_user (org_id, id)
);

-- What became of a run's drafts: each is counted once for each way of using it.
create table draft_use (
    org_id      uuid not null,
    run_id      uuid not null,
    -- Which of the answer's drafts, from 0.
    draft       int not null check (draft between 0 and 99),
    how         text not null check (how in ('copied', 'opened', 'logged')),
    user_id     uuid not null,
    at          timestamptz not null,
    primary key (org_id, run_id, draft, how),
    foreign key (org_id, run_id) references agent_run (org_id, id) on delete cascade,
    foreign key (org_id, user_id) references app_user (org_id, id) on delete cascade
);

-- A request that was planned and read for again, by another model, the grammar or another version of a prompt. It proposes nothing.
create table agent_replay (
    org_id          uuid not null references organisation (id) on delete cascade,
    id              uuid not null,
    run_id          uuid not null,
    -- With whose rights.
    user_id         uuid not null,
    -- The model that was asked; null for the grammar alone.
    model           text check (length(model) <= 200),
    prompt_version  text check (length(prompt_version) <= 100),
    outcome         jsonb not null,
    at              timestamptz not null,
    primary key (org_id, id),
    foreign key (org_id, run_id) references agent_run (org_id, id) on delete cascade,
    foreign key (org_id, user_id) references app_user (org_id, id) on delete cascade
);
create index agent_replay_run on agent_replay (org_id, run_id, at);

-- From when on the administrators are told. Without a row what the product comes with is in force.
create table ai_alert_rule (
    org_id          uuid not null references organisation (id) on delete cascade,
    kind            text not null check (kind in ('error_rate', 'hallucination_rate', 'latency_p95', 'cost_per_day', 'budget_80', 'budget_100')),
    active          boolean not null,
    -- Percent, seconds, or units of the currency of the prices.
    threshold       double precision not null check (threshold > 0),
    window_minutes  bigint not null check (window_minutes between 0 and 10080),
    version         bigint not null default 1,
    updated_by      uuid not null,
    updated_at      timestamptz not null,
    primary key (org_id, kind),
    foreign key (org_id, updated_by) references app_user (org_id, id)
);

-- An episode: from when a rule's threshold was reached until it was not any more. It is told once.
create table ai_alert (
    org_id      uuid not null references organisation (id) on delete cascade,
    id          uuid not null,
    kind        text not null,
    -- Of budgets, which one, in which period, and whose share; empty otherwise.
    subject     text not null default '' check (length(subject) <= 300),
    name        text not null check (length(name) between 1 and 300),
    -- The person whose budget it is, if it is one person's.
    user_id     uuid,
    -- What was measured last while it lasted.
    value       double precision not null,
    threshold   double precision not null,
    began_at    timestamptz not null,
    ended_at    timestamptz,
    primary key (org_id, id),
    foreign key (org_id, user_id) references app_user (org_id, id) on delete cascade
);
create unique index ai_alert_open on ai_alert (org_id, kind, subject) where ended_at is null;
create index ai_alert_latest on ai_alert (org_id, began_at desc, id desc);

-- People hear of alerts as of everything else.
alter table notification drop constraint notification_kind_check;
alter table notification add constraint notification_kind_check
    check (kind in ('assigned_to_me', 'mentioned', 'followed_record_changed', 'task_reminder', 'task_due', 'task_overdue',
                    'shared_with_me', 'import_finished', 'bulk_finished', 'proposal_waiting', 'account_team_added',
                    'approval_waiting', 'approval_decided', 'approval_escalated', 'stage_entered', 'sla_warning', 'sla_breached',
                    'automation_message', 'automation_paused', 'ai_alert'));
alter table notification drop constraint notification_object_check;
alter table notification add constraint notification_object_check
    check (object in ('opportunity', 'account', 'contact', 'lead', 'task', 'import', 'bulk_change', 'automation', 'ai_alert'));
