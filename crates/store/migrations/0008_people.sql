-- Roles and teams that administrators shape, and looking at the app as somebody else.

alter table role
    add column description text not null default '' check (length(description) <= 1000),
    add column version     bigint not null default 1,
    add column updated_at  timestamptz not null default now();

alter table team
    -- Who takes over what somebody of the team leaves behind.
    add column lead_id     uuid,
    add column version     bigint not null default 1,
    add column updated_at  timestamptz not null default now(),
    add foreign key (org_id, lead_id) references app_user (org_id, id);
create index team_parent on team (org_id, parent_id) where parent_id is not null;
create index team_lead on team (org_id, lead_id) where lead_id is not null;

create index user_role_holders on user_role (org_id, role_id, user_id);
create index app_user_name on app_user (org_id, lower(name), id);

-- A session in which somebody looks at the app as another person does, and may change nothing.
create table viewing (
    org_id      uuid not null references organisation (id) on delete cascade,
    id          uuid not null,
    session_id  uuid not null,
    viewer_id   uuid not null,
    viewed_id   uuid not null,
    started_at  timestamptz not null,
    ended_at    timestamptz,
    primary key (org_id, id),
    foreign key (org_id, session_id) references session (org_id, id) on delete cascade,
    foreign key (org_id, viewer_id) references app_user (org_id, id) on delete cascade,
    foreign key (org_id, viewed_id) references app_user (org_id, id) on delete cascade
);
create unique index viewing_current on viewing (org_id, session_id) where ended_at is null;

-- Tasks of a team in any state: what the end of a team moves.
create index task_team on task (org_id, team_id) where team_id is not null;
