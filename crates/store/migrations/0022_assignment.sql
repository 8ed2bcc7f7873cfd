-- Whose a lead becomes that nobody gave to anybody: rules in an order, whose turn it is, and when people are at work.

create table assignment_rule (
    org_id          uuid not null references organisation (id) on delete cascade,
    id              uuid not null,
    name            text not null check (length(name) between 1 and 200),
    -- The first that takes a lead has it.
    position        int not null,
    condition       text not null check (length(condition) between 1 and 2000),
    -- How the owner is chosen: {"by": "user" | "round_robin" | "weighted" | "territory", …}.
    chooser         jsonb not null check (chooser ? 'by'),
    -- Only who is at work is chosen.
    working_hours   boolean not null,
    -- Who gets it when nobody is; whoever begins next when it is null.
    fallback_id     uuid,
    active          boolean not null,
    version         bigint not null default 1,
    created_at      timestamptz not null default now(),
    updated_at      timestamptz not null default now(),
    primary key (org_id, id),
    foreign key (org_id, fallback_id) references app_user (org_id, id)
);
create unique index assignment_rule_name_key on assignment_rule (org_id, lower(name));

-- What each member of a rule is owed, by user: who is owed most is next. Locked by whoever takes a turn.
create table assignment_turn (
    org_id  uuid not null,
    rule_id uuid not null,
    owed    jsonb not null default '{}',
    primary key (org_id, rule_id),
    foreign key (org_id, rule_id) references assignment_rule (org_id, id) on delete cascade
);

-- When somebody works, in their own time zone. Who has none works Monday to Friday, nine to five.
create table working_hours (
    org_id      uuid not null,
    user_id     uuid not null,
    -- 1 is Monday.
    days        smallint[] not null check (days <@ array[1, 2, 3, 4, 5, 6, 7]::smallint[] and cardinality(days) <= 7),
    -- Minutes of the day.
    starts      smallint not null check (starts between 0 and 1439),
    ends        smallint not null check (ends between 1 and 1440 and ends > starts),
    version     bigint not null default 1,
    updated_at  timestamptz not null default now(),
    primary key (org_id, user_id),
    foreign key (org_id, user_id) references app_user (org_id, id) on delete cascade
);
