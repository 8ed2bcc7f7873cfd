-- Approvals: what needs one, who was asked, what they said, and who stands in for whom.

create table approval_definition (
    org_id      uuid not null references organisation (id) on delete cascade,
    id          uuid not null,
    name        text not null check (length(name) between 1 and 200),
    description text not null default '' check (length(description) <= 2000),
    object      text not null check (object in ('opportunity', 'lead', 'proposal')),
    active      boolean not null,
    -- The newest of its versions.
    number      int not null check (number > 0),
    version     bigint not null default 1,
    created_at  timestamptz not null,
    updated_at  timestamptz not null,
    primary key (org_id, id)
);
create unique index approval_definition_name_key on approval_definition (org_id, lower(name));

-- A version is never changed: a request keeps the one it began with.
create table approval_version (
    org_id        uuid not null,
    definition_id uuid not null,
    number        int not null check (number > 0),
    definition    jsonb not null,
    made_by       uuid not null,
    made_at       timestamptz not null,
    primary key (org_id, definition_id, number),
    foreign key (org_id, definition_id) references approval_definition (org_id, id) on delete cascade,
    foreign key (org_id, made_by) references app_user (org_id, id)
);

create table approval_request (
    org_id         uuid not null references organisation (id) on delete cascade,
    id             uuid not null,
    definition_id  uuid not null,
    number         int not null,
    -- What it is about: one of these.
    opportunity_id uuid,
    lead_id        uuid,
    proposal_id    uuid,
    subject_id     uuid not null generated always as (coalesce(opportunity_id, lead_id, proposal_id)) stored,
    subject_name   text not null,
    -- The record by which it is decided who may be asked, and whose owner's leads are meant.
    record_type    text not null check (record_type in ('opportunity', 'lead', 'account', 'contact')),
    record_id      uuid not null,
    requested_by   uuid not null,
    reason         text check (length(reason) <= 2000),
    status         text not null check (status in ('pending', 'approved', 'rejected', 'recalled')),
    -- Rises each time that it begins anew.
    round          int not null default 1,
    -- What is approved: fields with their values, old and new.
    snapshot       jsonb not null,
    -- Levels, who was asked and what they said: the state machine's own.
    run            jsonb not null,
    -- When the next level is to be escalated.
    due_at         timestamptz,
    -- Rises when what is approved has changed, and when it is over.
    version        bigint not null default 1,
    created_at     timestamptz not null,
    updated_at     timestamptz not null,
    decided_at     timestamptz,
    primary key (org_id, id),
    check (num_nonnulls(opportunity_id, lead_id, proposal_id) = 1),
    foreign key (org_id, definition_id, number) references approval_version (org_id, definition_id, number),
    foreign key (org_id, requested_by) references app_user (org_id, id),
    foreign key (org_id, opportunity_id) references opportunity (org_id, id) on delete cascade,
    foreign key (org_id, lead_id) references lead (org_id, id) on delete cascade,
    foreign key (org_id, proposal_id) references proposal (org_id, id) on delete cascade
);
-- One at a time for a record and a definition.
create unique index approval_request_pending_key on approval_request (org_id, subject_id, definition_id) where status = 'pending';
create index approval_request_subject on approval_request (org_id, subject_id, id);
create index approval_request_mine on approval_request (org_id, requested_by, created_at, id);
create index approval_request_listed on approval_request (org_id, created_at, id);
create index approval_request_due on approval_request (due_at) where status = 'pending' and due_at is not null;

-- Who is asked at this moment, as the run says.
create table approval_seat (
    org_id     uuid not null,
    request_id uuid not null,
    level      int not null,
    user_id    uuid not null,
    primary key (org_id, request_id, level, user_id),
    foreign key (org_id, request_id) references approval_request (org_id, id) on delete cascade,
    foreign key (org_id, user_id) references app_user (org_id, id)
);
create index approval_seat_of on approval_seat (org_id, user_id, request_id);

-- Everything that happened to a request, in order. Nobody changes it.
create table approval_entry (
    org_id     uuid not null,
    id         uuid not null,
    request_id uuid not null,
    at         timestamptz not null,
    kind       text not null check (kind in ('requested', 'opened', 'approved', 'rejected', 'recalled', 'restarted', 'escalated', 'delegated',
                                             'commented', 'attached', 'completed')),
    round      int not null,
    level      int,
    -- Null for what the clock did.
    actor_id   uuid,
    actor_name text not null,
    -- In whose place they decided, or from whom it was passed on.
    for_id     uuid,
    text       text check (length(text) <= 10000),
    data       jsonb not null default '{}',
    primary key (org_id, id),
    foreign key (org_id, request_id) references approval_request (org_id, id) on delete cascade
);
create index approval_entry_of on approval_entry (org_id, request_id, id);
create index approval_entry_actor on approval_entry (org_id, actor_id, request_id);

-- Who is away, and who decides for them meanwhile.
create table approval_delegation (
    org_id      uuid not null references organisation (id) on delete cascade,
    id          uuid not null,
    user_id     uuid not null,
    delegate_id uuid not null,
    starts_at   timestamptz not null,
    ends_at     timestamptz not null,
    note        text check (length(note) <= 500),
    created_at  timestamptz not null,
    primary key (org_id, id),
    check (ends_at > starts_at),
    check (user_id <> delegate_id),
    foreign key (org_id, user_id) references app_user (org_id, id) on delete cascade,
    foreign key (org_id, delegate_id) references app_user (org_id, id) on delete cascade
);
create index approval_delegation_of on approval_delegation (org_id, user_id, ends_at);
create index approval_delegation_to on approval_delegation (org_id, delegate_id, ends_at);

-- Links of letters that were used up: each decides once.
create table approval_link_use (
    org_id  uuid not null references organisation (id) on delete cascade,
    nonce   uuid not null,
    used_at timestamptz not null,
    primary key (org_id, nonce)
);

-- Everybody may read what concerns records that they see; who runs the place says what needs approval.
update role set grants = grants || '{"approval.read": "all"}';
update role set grants = grants || '{"approval.create": "all", "approval.update": "all", "approval.delete": "all"}' where builtin = 'administrator';

alter table notification drop constraint notification_kind_check;
alter table notification add constraint notification_kind_check
    check (kind in ('assigned_to_me', 'mentioned', 'followed_record_changed', 'task_reminder', 'task_due', 'task_overdue', 'shared_with_me',
                    'import_finished', 'bulk_finished', 'proposal_waiting', 'account_team_added', 'approval_waiting', 'approval_decided',
                    'approval_escalated', 'stage_entered'));
