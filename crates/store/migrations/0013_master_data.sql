-- Master data that an administrator shapes: pipelines, their stages, and the managed lists.

alter table pipeline
    add column version      bigint not null default 1,
    add column updated_at   timestamptz not null default now(),
    add column archived_at  timestamptz;

alter table stage
    add column colour           text check (colour in ('grey', 'blue', 'teal', 'green', 'amber', 'orange', 'red', 'violet')),
    -- Fields of the record that must be filled for it to enter.
    add column required_fields  text[] not null default '{}' check (cardinality(required_fields) <= 50),
    add column wip_limit        int check (wip_limit between 1 and 100000),
    add column version          bigint not null default 1,
    add column updated_at       timestamptz not null default now();

-- The teams that use a pipeline; without any, everyone does.
create table pipeline_team (
    org_id      uuid not null,
    pipeline_id uuid not null,
    team_id     uuid not null,
    primary key (org_id, pipeline_id, team_id),
    foreign key (org_id, pipeline_id) references pipeline (org_id, id) on delete cascade,
    foreign key (org_id, team_id) references team (org_id, id) on delete cascade
);
create index pipeline_team_by_team on pipeline_team (org_id, team_id);

alter table choice
    add column version      bigint not null default 1,
    add column updated_at   timestamptz not null default now(),
    add column archived_at  timestamptz;
