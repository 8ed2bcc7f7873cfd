-- Access beyond roles: records shared with people and teams, the teams of accounts, and fields that a role does not show.

create table record_share (
    org_id          uuid not null references organisation (id) on delete cascade,
    id              uuid not null,
    object          text not null check (object in ('opportunity', 'account', 'contact', 'task')),
    record_id       uuid not null,
    -- With a person, or with a team and the teams below it.
    user_id         uuid,
    team_id         uuid,
    principal_id    uuid not null generated always as (coalesce(user_id, team_id)) stored,
    level           text not null check (level in ('read', 'edit')),
    expires_at      timestamptz,
    created_by      uuid not null,
    created_at      timestamptz not null default now(),
    primary key (org_id, id),
    check (num_nonnulls(user_id, team_id) = 1),
    foreign key (org_id, user_id) references app_user (org_id, id) on delete cascade,
    foreign key (org_id, team_id) references team (org_id, id) on delete cascade,
    foreign key (org_id, created_by) references app_user (org_id, id)
);
create unique index record_share_record_key on record_share (org_id, object, record_id, principal_id);
create index record_share_principal on record_share (org_id, principal_id, object, record_id);

create table account_member (
    org_id              uuid not null references organisation (id) on delete cascade,
    id                  uuid not null,
    account_id          uuid not null,
    user_id             uuid not null,
    -- What the person does there, such as "Solutions engineer".
    role                text not null check (length(role) between 1 and 100),
    account_level       text not null check (account_level in ('read', 'edit')),
    opportunity_level   text not null check (opportunity_level in ('none', 'read', 'edit')),
    contact_level       text not null check (contact_level in ('none', 'read', 'edit')),
    created_by          uuid not null,
    created_at          timestamptz not null default now(),
    primary key (org_id, id),
    foreign key (org_id, account_id) references account (org_id, id) on delete cascade,
    foreign key (org_id, user_id) references app_user (org_id, id) on delete cascade,
    foreign key (org_id, created_by) references app_user (org_id, id)
);
create unique index account_member_key on account_member (org_id, account_id, user_id);
create index account_member_user on account_member (org_id, user_id, account_id);

-- Fields that a role keeps back: {"opportunity": {"amount": "hidden"}}. A field that is not named is full.
alter table role add column fields jsonb not null default '{}';
