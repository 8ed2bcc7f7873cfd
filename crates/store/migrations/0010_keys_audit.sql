-- API keys, service accounts and OAuth clients; where events came from, and the seals of the audit log.

-- A service account is a user that no person signs in as: it has roles and a team, and owns keys.
alter table app_user add column service boolean not null default false,
    add constraint app_user_service_has_no_password check (not service or password_hash is null);

create table api_key (
    org_id          uuid not null references organisation (id) on delete cascade,
    id              uuid not null,
    owner_id        uuid not null,
    name            text not null check (length(name) between 1 and 200),
    -- What a person recognises the secret by: its last characters.
    hint            text not null check (length(hint) <= 20),
    secret_hash     bytea not null check (octet_length(secret_hash) = 32),
    -- The secret before the last rotation, valid for the overlap.
    former_hash     bytea check (octet_length(former_hash) = 32),
    former_until    timestamptz,
    -- {"opportunity.read": "own", …}; what counts is the narrower of this and the owner's roles.
    scopes          jsonb not null,
    created_by      uuid not null,
    created_at      timestamptz not null,
    rotated_at      timestamptz,
    expires_at      timestamptz not null,
    revoked_at      timestamptz,
    last_used_at    timestamptz,
    last_used_ip    text,
    primary key (org_id, id),
    foreign key (org_id, owner_id) references app_user (org_id, id) on delete cascade
);
create unique index api_key_secret_key on api_key (secret_hash);
create unique index api_key_former_key on api_key (former_hash) where former_hash is not null;
create index api_key_by_owner on api_key (org_id, owner_id, created_at);

create table oauth_client (
    org_id          uuid not null references organisation (id) on delete cascade,
    id              uuid not null,
    -- A service account.
    owner_id        uuid not null,
    name            text not null check (length(name) between 1 and 200),
    hint            text not null check (length(hint) <= 20),
    secret_hash     bytea not null check (octet_length(secret_hash) = 32),
    former_hash     bytea check (octet_length(former_hash) = 32),
    former_until    timestamptz,
    scopes          jsonb not null,
    created_by      uuid not null,
    created_at      timestamptz not null,
    rotated_at      timestamptz,
    revoked_at      timestamptz,
    last_used_at    timestamptz,
    last_used_ip    text,
    primary key (org_id, id),
    foreign key (org_id, owner_id) references app_user (org_id, id) on delete cascade
);
create unique index oauth_client_id_key on oauth_client (id);
create index oauth_client_by_owner on oauth_client (org_id, owner_id, created_at);

create table oauth_token (
    org_id          uuid not null,
    id              uuid not null,
    client_id       uuid not null,
    token_hash      bytea not null check (octet_length(token_hash) = 32),
    scopes          jsonb not null,
    created_at      timestamptz not null,
    expires_at      timestamptz not null,
    revoked_at      timestamptz,
    primary key (org_id, id),
    foreign key (org_id, client_id) references oauth_client (org_id, id) on delete cascade
);
create unique index oauth_token_key on oauth_token (token_hash);
create index oauth_token_by_client on oauth_token (org_id, client_id);
create index oauth_token_age on oauth_token (expires_at);

-- Organisations that are there already: what the built-in roles now grant beside what they did.
update role set grants = grants || '{"api_key.read": "own", "api_key.create": "own", "api_key.update": "own", "api_key.delete": "own"}'
    where builtin in ('sales_manager', 'sales_rep', 'read_only');
update role set grants = grants || '{"api_key.read": "all", "api_key.create": "all", "api_key.update": "all", "api_key.delete": "all",
    "service_account.read": "all", "service_account.create": "all", "service_account.update": "all", "service_account.delete": "all"}'
    where builtin = 'administrator';

-- Where an event came from; and the orders in which the audit log is read.
alter table event add column ip text, add column user_agent text;
create index event_at on event (org_id, at, id);
create index event_type on event (org_id, type, at, id);
create index event_object on event (org_id, subject_type, at, id);
create index event_actor on event (org_id, actor_id, at, id) where actor_id is not null;
create index event_on_behalf_of on event (org_id, on_behalf_of, at, id) where on_behalf_of is not null;
create index event_request on event (org_id, request_id, at, id) where request_id is not null;

-- Nobody takes the log away by taking the organisation away.
alter table event drop constraint event_org_id_fkey,
    add constraint event_org_id_fkey foreign key (org_id) references organisation (id);

-- When an event got its place: the day it is sealed with. What is there already counts as of now.
alter table event_position add column at timestamptz not null default now();
create index event_position_by_org on event_position (org_id, position);

-- One row for each organisation and day (UTC): the SHA-256 of the day's events in their order and of the seal before.
create table audit_seal (
    org_id          uuid not null references organisation (id),
    day             date not null,
    -- The last position it covers; the seal before says where it begins.
    last_position   bigint not null,
    events          bigint not null check (events >= 0),
    former          bytea check (octet_length(former) = 32),
    hash            bytea not null check (octet_length(hash) = 32),
    -- The first eight bytes of each event's digest: they only tell which event does not fit.
    marks           bytea not null,
    sealed_at       timestamptz not null,
    primary key (org_id, day)
);
