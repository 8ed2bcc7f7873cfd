-- Looking through all there is for what is there twice.

create table duplicate_sweep (
    org_id       uuid not null references organisation (id) on delete cascade,
    id           uuid not null,
    object       text not null check (object in ('account', 'contact', 'lead')),
    user_id      uuid not null,
    status       text not null check (status in ('reading', 'comparing', 'done', 'failed')),
    -- Records read so far, pairs compared, and pairs found.
    records      bigint not null default 0,
    compared     bigint not null default 0,
    found        bigint not null default 0,
    problem      text,
    created_at   timestamptz not null,
    finished_at  timestamptz,
    primary key (org_id, id),
    foreign key (org_id, user_id) references app_user (org_id, id)
);
create index duplicate_sweep_last on duplicate_sweep (org_id, object, id);

-- The records that are one with each other through others: the pairs of a cluster stand together.
alter table duplicate_pair add column cluster_id uuid;
