-- Imports of files: what was uploaded, how it is read, what the check said of each row and what became of it.

create table import (
    org_id          uuid not null references organisation (id) on delete cascade,
    id              uuid not null,
    status          text not null check (status in ('mapping', 'checking', 'checked', 'running', 'done', 'failed', 'rolling_back', 'rolled_back')),
    object          text not null check (object in ('opportunity', 'account', 'contact', 'product', 'user')),
    filename        text not null check (length(filename) between 1 and 300),
    size            bigint not null,
    -- How the person said the file is to be read, and what was found out about it.
    reading         jsonb not null default '{}',
    source          jsonb not null,
    columns         jsonb not null,
    -- The field of each column, or null.
    mapping         jsonb not null,
    decisions       jsonb not null default '{}',
    options         jsonb not null default '{}',
    -- What the raw values of reference fields stand for.
    matched         jsonb not null default '{}',
    row_count       bigint not null,
    summary         jsonb,
    progress_done   bigint,
    progress_total  bigint,
    created         bigint not null default 0,
    updated         bigint not null default 0,
    skipped         bigint not null default 0,
    failed          bigint not null default 0,
    error           text,
    created_by      uuid not null,
    created_at      timestamptz not null default now(),
    updated_at      timestamptz not null default now(),
    started_at      timestamptz,
    finished_at     timestamptz,
    primary key (org_id, id),
    foreign key (org_id, created_by) references app_user (org_id, id)
);
create index import_created on import (org_id, created_at, id);

create table import_file (
    org_id      uuid not null,
    import_id   uuid not null,
    content     bytea not null,
    primary key (org_id, import_id),
    foreign key (org_id, import_id) references import (org_id, id) on delete cascade
);
-- Bytes that are mostly compressed already, or read once.
alter table import_file alter column content set storage external;

create table import_row (
    org_id      uuid not null,
    import_id   uuid not null,
    -- Position in the table, from 0; and the number a spreadsheet shows for it.
    row         bigint not null,
    number      bigint not null,
    state       text not null check (state in ('create', 'update', 'skip', 'error', 'undecided')),
    cells       jsonb not null,
    -- [{"field": …, "code": …, "message": …}]
    problems    jsonb not null default '[]',
    -- The record it was written to, and the event that says what an update changed.
    record_id   uuid,
    event_id    uuid,
    primary key (org_id, import_id, row),
    foreign key (org_id, import_id) references import (org_id, id) on delete cascade
);
create index import_row_state on import_row (org_id, import_id, state, row);
create index import_row_to_do on import_row (org_id, import_id, row) where state in ('create', 'update') and record_id is null;
