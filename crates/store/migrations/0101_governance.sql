-- How the assistant is governed: what it may do and for whom, how much it may use, and what is kept of what it was asked.

-- Without a row the policy that the product comes with is in force.
create table ai_policy (
    org_id              uuid primary key references organisation (id) on delete cascade,
    -- Whether requests may go to a model on another machine.
    remote_models       boolean not null,
    content_filter      text not null check (content_filter in ('off', 'flag', 'block')),
    content_threshold   bigint not null check (content_threshold between 50 and 99),
    injection_filter    text not null check (injection_filter in ('off', 'flag', 'block')),
    injection_threshold bigint not null check (injection_threshold between 50 and 99),
    blocked_topics      text[] not null check (cardinality(blocked_topics) <= 50),
    keep_prompts        text not null check (keep_prompts in ('none', 'redacted', 'whole')),
    retention_days      bigint not null check (retention_days between 1 and 3650),
    -- [{"role_id":…,"tool":…,"allowed":…,"approval":…,"below":…}]
    tools               jsonb not null,
    version             bigint not null default 1,
    updated_by          uuid not null,
    updated_at          timestamptz not null,
    foreign key (org_id, updated_by) references app_user (org_id, id)
);

-- The kill switch: while there is a row, nothing of it runs.
create table ai_stop (
    org_id      uuid primary key references organisation (id) on delete cascade,
    reason      text not null check (length(reason) between 1 and 500),
    stopped_by  uuid not null,
    stopped_at  timestamptz not null,
    foreign key (org_id, stopped_by) references app_user (org_id, id)
);

-- What may be used within a calendar period, in UTC.
create table ai_budget (
    org_id      uuid not null references organisation (id) on delete cascade,
    id          uuid not null,
    -- `role`: all who have it together; `each`: every person for themselves.
    scope       text not null check (scope in ('organisation', 'role', 'person', 'each')),
    role_id     uuid,
    user_id     uuid,
    metric      text not null check (metric in ('requests', 'tokens', 'cost')),
    period      text not null check (period in ('minute', 'hour', 'day', 'month')),
    -- Requests, tokens, or millionths of the currency of the prices.
    amount      bigint not null check (amount > 0),
    version     bigint not null default 1,
    updated_by  uuid not null,
    updated_at  timestamptz not null,
    primary key (org_id, id),
    unique nulls not distinct (org_id, scope, role_id, user_id, metric, period),
    check ((scope = 'role') = (role_id is not null)),
    check ((scope = 'person') = (user_id is not null)),
    foreign key (org_id, role_id) references role (org_id, id) on delete cascade,
    foreign key (org_id, user_id) references app_user (org_id, id) on delete cascade,
    foreign key (org_id, updated_by) references app_user (org_id, id)
);

-- What a person has used in a period that began at `starts`.
create table ai_usage (
    org_id      uuid not null references organisation (id) on delete cascade,
    user_id     uuid not null,
    period      text not null check (period in ('minute', 'hour', 'day', 'month')),
    starts      timestamptz not null,
    requests    bigint not null default 0,
    tokens      bigint not null default 0,
    cost_micros bigint not null default 0,
    primary key (org_id, period, starts, user_id),
    foreign key (org_id, user_id) references app_user (org_id, id) on delete cascade
);

-- What a call that is under way may use at most. One that is never settled counts as used when it lapses.
create table ai_reservation (
    org_id      uuid not null references organisation (id) on delete cascade,
    id          uuid not null,
    user_id     uuid not null,
    tokens      bigint not null,
    cost_micros bigint not null,
    at          timestamptz not null,
    lapses_at   timestamptz not null,
    primary key (org_id, id),
    foreign key (org_id, user_id) references app_user (org_id, id) on delete cascade
);

-- That a budget was nearly, or wholly, used up in a period: told once.
create table ai_budget_warning (
    org_id      uuid not null,
    budget_id   uuid not null,
    starts      timestamptz not null,
    percent     bigint not null check (percent in (80, 100)),
    at          timestamptz not null,
    primary key (org_id, budget_id, starts, percent),
    foreign key (org_id, budget_id) references ai_budget (org_id, id) on delete cascade
);

-- What a model was sent beside the constant prompt, and what it answered, for as long as the policy keeps it.
alter table llm_call
    add column prompt_version text,
    add column prompt         text,
    add column reply          text,
    add column redacted       boolean not null default false;
create index llm_call_kept on llm_call (org_id, at) where prompt is not null or reply is not null;

alter table agent_run add column rating bigint check (rating between 1 and 5);
-- Approved by the policy for the tool, in the asker's name.
alter table proposal add column automatic boolean not null default false;
