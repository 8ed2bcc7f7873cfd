-- Organisations, people and what they may do; events and jobs. Policies and functions live in ../schema.

create table organisation (
    id          uuid primary key,
    name        text not null check (length(name) between 1 and 200),
    currency    text not null check (currency ~ '^[A-Z]{3}$'),
    demo        boolean not null default false,
    created_at  timestamptz not null default now()
);

-- Raised by every change of users, roles, teams or sessions: an actor read before it is refused and read again.
create table access_epoch (
    org_id      uuid primary key references organisation (id) on delete cascade,
    epoch       bigint not null default 1
);

create table team (
    org_id      uuid not null references organisation (id) on delete cascade,
    id          uuid not null,
    name        text not null check (length(name) between 1 and 200),
    parent_id   uuid,
    created_at  timestamptz not null default now(),
    primary key (org_id, id),
    foreign key (org_id, parent_id) references team (org_id, id)
);
create unique index team_name_key on team (org_id, lower(name));

create table role (
    org_id      uuid not null references organisation (id) on delete cascade,
    id          uuid not null,
    name        text not null check (length(name) between 1 and 200),
    builtin     text check (builtin in ('administrator', 'sales_manager', 'sales_rep', 'read_only')),
    -- {"opportunity.read": "team", …}
    grants      jsonb not null,
    created_at  timestamptz not null default now(),
    primary key (org_id, id)
);
create unique index role_name_key on role (org_id, lower(name));

create table app_user (
    org_id          uuid not null references organisation (id) on delete cascade,
    id              uuid not null,
    name            text not null check (length(name) between 1 and 200),
    email           text not null check (length(email) between 3 and 320),
    password_hash   text,
    team_id         uuid,
    active          boolean not null default true,
    locale          text,
    time_zone       text,
    import_id       uuid,
    version         bigint not null default 1,
    created_at      timestamptz not null default now(),
    updated_at      timestamptz not null default now(),
    primary key (org_id, id),
    foreign key (org_id, team_id) references team (org_id, id)
);
create unique index app_user_email_key on app_user (lower(email));
create index app_user_team on app_user (org_id, team_id);

create table user_role (
    org_id      uuid not null,
    user_id     uuid not null,
    role_id     uuid not null,
    primary key (org_id, user_id, role_id),
    foreign key (org_id, user_id) references app_user (org_id, id) on delete cascade,
    foreign key (org_id, role_id) references role (org_id, id)
);

create table session (
    org_id          uuid not null,
    id              uuid not null,
    user_id         uuid not null,
    token_hash      bytea not null,
    created_at      timestamptz not null default now(),
    last_seen_at    timestamptz not null default now(),
    expires_at      timestamptz not null,
    revoked_at      timestamptz,
    ip              text,
    user_agent      text,
    primary key (org_id, id),
    foreign key (org_id, user_id) references app_user (org_id, id) on delete cascade
);
create unique index session_token_key on session (token_hash);
create index session_by_user on session (org_id, user_id, created_at);

-- Failed sign-ins by e-mail and by address; pruned by a job. Not a tenant's table: it exists before anyone is known.
create table login_failure (
    key         text not null,
    at          timestamptz not null default now()
);
create index login_failure_key on login_failure (key, at);

-- What happened: append-only.
create table event (
    org_id          uuid not null references organisation (id) on delete cascade,
    id              uuid not null,
    type            text not null,
    at              timestamptz not null,
    actor_kind      text not null check (actor_kind in ('user', 'agent', 'system', 'import', 'key')),
    actor_id        uuid,
    actor_name      text not null,
    on_behalf_of    uuid,
    subject_type    text not null,
    subject_id      uuid not null,
    subject_name    text not null default '',
    subject_version bigint,
    -- The records on whose timelines it stands.
    opportunity_id  uuid,
    account_id      uuid,
    contact_id      uuid,
    -- [{"field": …, "old": …, "new": …, "old_label": …, "new_label": …}]
    changes         jsonb not null default '[]',
    data            jsonb not null default '{}',
    undoes          uuid,
    import_id       uuid,
    request_id      text,
    primary key (org_id, id)
);
create index event_opportunity on event (org_id, opportunity_id, at, id) where opportunity_id is not null;
create index event_account on event (org_id, account_id, at, id) where account_id is not null;
create index event_contact on event (org_id, contact_id, at, id) where contact_id is not null;
create index event_subject on event (org_id, subject_id, at, id);
create unique index event_undoes_key on event (org_id, undoes) where undoes is not null;

-- Committed events that have no position yet.
create table event_pending (
    event_id    uuid primary key,
    org_id      uuid not null
);

-- The order in which consumers see events: dense, given by one sequencer after commit.
create table event_position (
    position    bigint primary key,
    org_id      uuid not null,
    event_id    uuid not null
);

create table event_consumer (
    name        text primary key,
    position    bigint not null default 0
);

create table job (
    id              uuid primary key,
    org_id          uuid,
    kind            text not null,
    payload         jsonb not null default '{}',
    -- At most one unfinished job has a given key.
    unique_key      text,
    run_at          timestamptz not null default now(),
    attempts        int not null default 0,
    max_attempts    int not null default 10,
    -- The claim: a worker that dies lets it lapse, and another takes the job.
    locked_by       uuid,
    locked_until    timestamptz,
    last_error      text,
    finished_at     timestamptz,
    failed_at       timestamptz,
    created_at      timestamptz not null default now()
);
create index job_ready on job (run_at, id) where finished_at is null and failed_at is null;
create unique index job_unique_key on job (unique_key) where unique_key is not null and finished_at is null and failed_at is null;
create index job_failed on job (failed_at) where failed_at is not null;
create index job_finished on job (finished_at) where finished_at is not null;

-- The first response to an Idempotency-Key, replayed for 24 hours.
create table idempotency (
    org_id          uuid not null references organisation (id) on delete cascade,
    user_id         uuid not null,
    key             text not null check (length(key) between 1 and 200),
    request_hash    bytea not null,
    status          int,
    headers         jsonb,
    body            bytea,
    created_at      timestamptz not null default now(),
    primary key (org_id, user_id, key)
);
create index idempotency_age on idempotency (created_at);
