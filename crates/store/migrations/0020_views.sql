-- Saved views of lists, each person's pins and default, and changes of many records at once.

create table saved_view (
    org_id      uuid not null references organisation (id) on delete cascade,
    id          uuid not null,
    object      text not null check (object in ('opportunity', 'account', 'contact', 'lead')),
    name        text not null check (length(name) between 1 and 100),
    owner_id    uuid not null,
    visibility  text not null check (visibility in ('private', 'team', 'organisation')),
    -- For whom a view of a team is: it, and the teams below it. Null once the team is gone: then it is its owner's.
    team_id     uuid,
    layout      text not null check (layout in ('list', 'board')),
    -- A filter tree as POST …/query takes it.
    filter      jsonb not null,
    q           text check (length(q) <= 200),
    sort        text not null check (length(sort) <= 500),
    -- Id, width and pin of each column, in their order; empty for those that the list begins with.
    columns     jsonb not null,
    grouping    text check (length(grouping) <= 100),
    version     bigint not null default 1,
    created_at  timestamptz not null default now(),
    updated_at  timestamptz not null default now(),
    primary key (org_id, id),
    foreign key (org_id, owner_id) references app_user (org_id, id),
    foreign key (org_id, team_id) references team (org_id, id) on delete set null (team_id)
);
create unique index saved_view_name_key on saved_view (org_id, owner_id, object, lower(name));
create index saved_view_team on saved_view (org_id, team_id) where team_id is not null;

-- What a person has made of a view for themselves.
create table view_choice (
    org_id      uuid not null references organisation (id) on delete cascade,
    user_id     uuid not null,
    view_id     uuid not null,
    object      text not null,
    pinned      boolean not null,
    is_default  boolean not null,
    primary key (org_id, user_id, view_id),
    foreign key (org_id, user_id) references app_user (org_id, id),
    foreign key (org_id, view_id) references saved_view (org_id, id) on delete cascade
);
create unique index view_choice_default_key on view_choice (org_id, user_id, object) where is_default;
create index view_choice_view on view_choice (org_id, view_id);

-- A change of many records: what, how far it is, and what came of it.
create table bulk_change (
    org_id      uuid not null references organisation (id) on delete cascade,
    id          uuid not null,
    object      text not null check (object in ('opportunity', 'account', 'contact', 'lead')),
    user_id     uuid not null,
    -- {"set": {…}, "add_tags": […], "remove_tags": […]} or {"delete": true}.
    change      jsonb not null,
    status      text not null check (status in ('running', 'done', 'stopped', 'undoing', 'undone', 'failed')),
    total       bigint not null,
    done        bigint not null default 0,
    changed     bigint not null default 0,
    refused     bigint not null default 0,
    -- Of an undo: how many were taken back.
    undone      bigint not null default 0,
    problem     text,
    created_at  timestamptz not null default now(),
    finished_at timestamptz,
    primary key (org_id, id),
    foreign key (org_id, user_id) references app_user (org_id, id)
);
create index bulk_change_user on bulk_change (org_id, user_id, id);

-- A record of it, with the version that its person saw.
create table bulk_row (
    org_id      uuid not null references organisation (id) on delete cascade,
    bulk_id     uuid not null,
    n           bigint not null,
    record_id   uuid not null,
    version     bigint not null,
    state       text not null default 'waiting' check (state in ('waiting', 'changed', 'unchanged', 'refused', 'undone', 'kept')),
    name        text,
    field       text,
    code        text,
    message     text,
    event_id    uuid,
    primary key (org_id, bulk_id, n),
    foreign key (org_id, bulk_id) references bulk_change (org_id, id) on delete cascade
);
create index bulk_row_state on bulk_row (org_id, bulk_id, state, n);

-- Roles of organisations that are there already.
update role set grants = grants || '{"saved_view.create": "all", "saved_view.update": "all", "saved_view.delete": "all"}' where builtin = 'administrator';
update role set grants = grants || '{"saved_view.create": "all"}' where builtin = 'sales_manager';
