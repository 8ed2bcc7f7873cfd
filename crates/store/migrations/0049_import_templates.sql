-- How files of certain columns are imported, to be used again; and what an import was mapped by.

create table import_template (
    org_id      uuid not null references organisation (id) on delete cascade,
    id          uuid not null,
    name        text not null check (length(name) between 1 and 100),
    object      text not null check (object in ('opportunity', 'account', 'contact', 'lead', 'product', 'user')),
    -- [{"name": the column's header, "field": …}]
    columns     jsonb not null,
    decisions   jsonb not null,
    options     jsonb not null,
    created_by  uuid not null,
    version     bigint not null default 1,
    created_at  timestamptz not null default now(),
    updated_at  timestamptz not null default now(),
    primary key (org_id, id),
    foreign key (org_id, created_by) references app_user (org_id, id)
);
create unique index import_template_name_key on import_template (org_id, lower(name));

-- {"kind": "template" or "import", "id": …, "name": …}
alter table import add column mapped_by jsonb;
-- The latest of each person's, to find one whose columns are the same.
create index import_latest on import (org_id, created_by, id) where status = 'done';
