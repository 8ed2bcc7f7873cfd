-- The assistant: conversations, runs, their steps and streams, what models were asked, and what was proposed.

create table conversation (
    org_id      uuid not null references organisation (id) on delete cascade,
    id          uuid not null,
    user_id     uuid not null,
    title       text not null check (length(title) between 1 and 200),
    created_at  timestamptz not null default now(),
    updated_at  timestamptz not null default now(),
    primary key (org_id, id),
    foreign key (org_id, user_id) references app_user (org_id, id) on delete cascade
);
create index conversation_mine on conversation (org_id, user_id, updated_at, id);

create table agent_run (
    org_id          uuid not null references organisation (id) on delete cascade,
    id              uuid not null,
    conversation_id uuid not null,
    user_id         uuid not null,
    goal            text not null check (length(goal) between 1 and 4000),
    -- The record that was being looked at.
    context_type    text check (context_type in ('opportunity', 'account', 'contact')),
    context_id      uuid,
    status          text not null default 'queued' check (status in ('queued', 'planning', 'running', 'reviewing', 'waiting', 'done', 'failed', 'cancelled')),
    planner         text check (planner in ('model', 'deterministic')),
    model           text,
    -- Where the graph stands; what its steps found is in agent_step.
    state           jsonb not null default '{}',
    answer          jsonb,
    error           jsonb,
    useful          boolean,
    comment         text check (length(comment) <= 4000),
    tokens_in       bigint not null default 0,
    tokens_out      bigint not null default 0,
    cost_micros     bigint not null default 0,
    first_token_ms  bigint,
    created_at      timestamptz not null default now(),
    started_at      timestamptz,
    finished_at     timestamptz,
    primary key (org_id, id),
    foreign key (org_id, conversation_id) references conversation (org_id, id) on delete cascade,
    foreign key (org_id, user_id) references app_user (org_id, id) on delete cascade
);
create index agent_run_mine on agent_run (org_id, user_id, created_at, id);
create index agent_run_conversation on agent_run (org_id, conversation_id, created_at, id);

create table agent_step (
    org_id          uuid not null,
    id              uuid not null,
    run_id          uuid not null,
    n               int not null,
    kind            text not null check (kind in ('plan', 'tool', 'review')),
    title           text not null,
    tool            text,
    arguments       jsonb not null default '{}',
    result          jsonb,
    result_count    bigint,
    summary         text,
    status          text not null check (status in ('running', 'done', 'failed')),
    ms              bigint,
    tokens_in       bigint not null default 0,
    tokens_out      bigint not null default 0,
    cost_micros     bigint not null default 0,
    started_at      timestamptz not null,
    finished_at     timestamptz,
    primary key (org_id, id),
    unique (org_id, run_id, n),
    foreign key (org_id, run_id) references agent_run (org_id, id) on delete cascade
);

-- What watchers of a run are told, in order: a stream that breaks off is taken up where it was.
create table agent_stream (
    org_id          uuid not null,
    id              uuid not null,
    run_id          uuid not null,
    n               int not null,
    kind            text not null,
    data            jsonb not null,
    primary key (org_id, id),
    unique (org_id, run_id, n),
    foreign key (org_id, run_id) references agent_run (org_id, id) on delete cascade
);

create table llm_call (
    org_id          uuid not null references organisation (id) on delete cascade,
    id              uuid not null,
    run_id          uuid,
    user_id         uuid not null,
    purpose         text not null,
    model           text not null,
    local           boolean not null,
    tokens_in       bigint not null default 0,
    tokens_out      bigint not null default 0,
    first_token_ms  bigint,
    latency_ms      bigint not null,
    -- Null when the model's price is not known.
    cost_micros     bigint,
    error           text,
    at              timestamptz not null,
    primary key (org_id, id),
    foreign key (org_id, run_id) references agent_run (org_id, id) on delete cascade
);
create index llm_call_run on llm_call (org_id, run_id, at);
create index llm_call_at on llm_call (org_id, at);

create table proposal (
    org_id          uuid not null references organisation (id) on delete cascade,
    id              uuid not null,
    run_id          uuid not null,
    step            int not null,
    kind            text not null check (kind in ('update_opportunity', 'create_task')),
    status          text not null default 'pending' check (status in ('pending', 'approved', 'rejected', 'stale', 'failed')),
    opportunity_id  uuid,
    account_id      uuid,
    contact_id      uuid,
    target_name     text not null,
    -- The record's version that the diff was made from; null for what is new.
    base_version    bigint,
    -- [{"field", "label", "old", "new", "old_label", "new_label"}]
    diff            jsonb not null,
    diff_hash       text not null,
    reason          text not null,
    evidence        jsonb not null default '[]',
    tainted         boolean not null default false,
    confidence      text not null check (confidence in ('high', 'medium', 'low')),
    requested_by    uuid not null,
    decided_by      uuid,
    decided_at      timestamptz,
    decision_reason text check (length(decision_reason) <= 2000),
    -- Of the change that was applied: what undo takes back.
    event_id        uuid,
    stale           jsonb,
    created_at      timestamptz not null default now(),
    expires_at      timestamptz not null,
    primary key (org_id, id),
    unique (org_id, run_id, step),
    foreign key (org_id, run_id) references agent_run (org_id, id) on delete cascade,
    foreign key (org_id, opportunity_id) references opportunity (org_id, id) on delete cascade,
    foreign key (org_id, account_id) references account (org_id, id) on delete cascade,
    foreign key (org_id, contact_id) references contact (org_id, id) on delete cascade,
    foreign key (org_id, requested_by) references app_user (org_id, id)
);
create index proposal_opportunity on proposal (org_id, opportunity_id, status) where opportunity_id is not null;
create index proposal_pending on proposal (org_id, created_at, id) where status = 'pending';
create index proposal_requested on proposal (org_id, requested_by, created_at, id);
