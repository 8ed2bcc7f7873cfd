-- Routines: agents that work by themselves, at a time or when something happens, each in the rights of the person whom it tells.

-- How an organisation has set a routine. Without a row it is off, as the product comes.
create table routine (
    org_id          uuid not null references organisation (id) on delete cascade,
    kind            text not null check (kind in ('daily_priorities', 'weekly_insights', 'stalled_deals', 'lead_enrichment', 'lead_scoring',
                        'duplicate_sweep', 'meeting_tasks')),
    active          boolean not null,
    -- Since when: what happened before sets nothing off.
    active_since    timestamptz,
    -- {"at": "07:00", "days": ["mon",…]} in the time zone of whom it tells; null for one that waits for something to happen.
    schedule        jsonb,
    -- {"everyone": true} or {"role_ids": […], "team_ids": […], "user_ids": […]}
    audience        jsonb not null,
    by_mail         boolean not null,
    version         bigint not null default 1,
    updated_by      uuid not null,
    updated_at      timestamptz not null,
    primary key (org_id, kind),
    foreign key (org_id, updated_by) references app_user (org_id, id)
);

-- Who does not want to hear of a routine.
create table routine_mute (
    org_id          uuid not null references organisation (id) on delete cascade,
    user_id         uuid not null,
    kind            text not null,
    created_at      timestamptz not null,
    primary key (org_id, user_id, kind),
    foreign key (org_id, user_id) references app_user (org_id, id) on delete cascade
);

-- Each run for a person, once for a period: a day, or what set it off. It holds no word of what was found.
create table routine_run (
    org_id          uuid not null references organisation (id) on delete cascade,
    id              uuid not null,
    kind            text not null,
    user_id         uuid not null,
    period          text not null check (length(period) between 1 and 100),
    status          text not null check (status in ('running', 'done', 'nothing', 'failed')),
    found           bigint not null default 0,
    proposals       bigint not null default 0,
    -- Of the models that it asked.
    tokens          bigint not null default 0,
    cost_micros     bigint not null default 0,
    ms              bigint not null default 0,
    attempts        int not null default 1,
    -- Why it failed: a code and words.
    code            text check (length(code) <= 100),
    reason          text check (length(reason) <= 2000),
    -- The assistant's run on which its proposals hang.
    agent_run_id    uuid,
    -- What its person thinks of it, from 1 to 5.
    rating          smallint check (rating between 1 and 5),
    comment         text check (length(comment) <= 2000),
    rated_at        timestamptz,
    started_at      timestamptz not null,
    finished_at     timestamptz,
    primary key (org_id, id),
    foreign key (org_id, user_id) references app_user (org_id, id) on delete cascade,
    foreign key (org_id, agent_run_id) references agent_run (org_id, id) on delete set null (agent_run_id)
);
create unique index routine_run_once on routine_run (org_id, kind, user_id, period);
create index routine_run_log on routine_run (org_id, kind, started_at desc, id desc);
create index routine_run_age on routine_run (started_at);

-- What it has to say, to its person alone.
create table routine_result (
    org_id          uuid not null,
    run_id          uuid not null,
    user_id         uuid not null,
    kind            text not null,
    title           text not null check (length(title) between 1 and 300),
    -- [{"text": "…", "record": {"type","id","name"}, "deals": {…}, "proposal_id": …}]
    lines           jsonb not null,
    -- How many more there were than it tells.
    left_out        bigint not null default 0,
    -- The records that it has told of, so that they are not told of again at once.
    records         uuid[] not null default '{}',
    created_at      timestamptz not null,
    dismissed_at    timestamptz,
    primary key (org_id, run_id),
    foreign key (org_id, run_id) references routine_run (org_id, id) on delete cascade,
    foreign key (org_id, user_id) references app_user (org_id, id) on delete cascade
);
create index routine_result_mine on routine_result (org_id, user_id, created_at desc, run_id desc);

-- They begin with what happens from now on.
insert into event_consumer (name, position) select 'routines', coalesce(max(position), 0) from event_position
    on conflict do nothing;
