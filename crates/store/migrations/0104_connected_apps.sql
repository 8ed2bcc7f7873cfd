-- Apps that people let act for them by OAuth: MCP clients, which register themselves.

-- No organisation's: nobody is signed in when one registers. What it was registered with never changes.
create table app_client (
    id              uuid primary key,
    name            text not null check (length(name) between 1 and 100),
    -- Its home page, by its own word.
    uri             text check (length(uri) <= 2000),
    redirect_uris   text[] not null check (cardinality(redirect_uris) between 1 and 10),
    created_at      timestamptz not null,
    created_ip      text
);
create index app_client_age on app_client (created_at);

-- That a person lets an app act for them; its tokens all come of it and end with it.
create table app_grant (
    org_id          uuid not null references organisation (id) on delete cascade,
    id              uuid not null,
    user_id         uuid not null,
    client_id       uuid not null references app_client (id) on delete cascade,
    -- As the client was named when the person agreed.
    client_name     text not null check (length(client_name) between 1 and 100),
    -- The host that the person's browser was sent back to.
    returns_to      text not null check (length(returns_to) <= 300),
    resource        text not null check (resource in ('mcp', 'mcp_read_only')),
    reach           text not null check (reach in ('read', 'propose')),
    created_at      timestamptz not null,
    expires_at      timestamptz not null,
    -- When the app first took its tokens; until then nothing is connected.
    connected_at    timestamptz,
    last_used_at    timestamptz,
    last_used_ip    text,
    ended_at        timestamptz,
    ended_by        text check (ended_by in ('person', 'administrator', 'app', 'code_reused', 'token_reused')),
    primary key (org_id, id),
    check ((ended_at is null) = (ended_by is null)),
    foreign key (org_id, user_id) references app_user (org_id, id) on delete cascade
);
create index app_grant_by_user on app_grant (org_id, user_id, created_at);
create index app_grant_by_client on app_grant (client_id, org_id);

-- The code that an app exchanges for its first tokens, once.
create table app_code (
    org_id          uuid not null,
    grant_id        uuid not null,
    code_hash       bytea not null check (octet_length(code_hash) = 32),
    -- BASE64URL(SHA256(verifier)), RFC 7636.
    challenge       text not null check (length(challenge) = 43),
    redirect_uri    text not null check (length(redirect_uri) <= 2000),
    expires_at      timestamptz not null,
    used_at         timestamptz,
    primary key (org_id, grant_id),
    foreign key (org_id, grant_id) references app_grant (org_id, id) on delete cascade
);
create unique index app_code_hash on app_code (code_hash);

create table app_token (
    org_id          uuid not null,
    id              uuid not null,
    grant_id        uuid not null,
    kind            text not null check (kind in ('access', 'refresh')),
    token_hash      bytea not null check (octet_length(token_hash) = 32),
    -- Narrower than the grant's, if the app asked for less.
    reach           text not null check (reach in ('read', 'propose')),
    created_at      timestamptz not null,
    expires_at      timestamptz not null,
    -- Of a refresh token: when it was exchanged. Shown again, it ends the grant.
    used_at         timestamptz,
    revoked_at      timestamptz,
    primary key (org_id, id),
    foreign key (org_id, grant_id) references app_grant (org_id, id) on delete cascade
);
create unique index app_token_hash on app_token (token_hash);
create index app_token_by_grant on app_token (org_id, grant_id);
create index app_token_age on app_token (expires_at);

-- Apps that an organisation's administrators sent away.
create table app_ban (
    org_id          uuid not null references organisation (id) on delete cascade,
    client_id       uuid not null references app_client (id) on delete cascade,
    banned_by       uuid not null,
    banned_at       timestamptz not null,
    primary key (org_id, client_id),
    foreign key (org_id, banned_by) references app_user (org_id, id)
);

-- Whether people may connect apps that registered themselves and that nobody of the organisation has connected yet.
alter table sign_in_policy add column new_apps boolean not null default true;

-- Servers of outside tools, which administrators add; and their tools as they were last seen.
create table tool_server (
    org_id          uuid not null references organisation (id) on delete cascade,
    id              uuid not null,
    name            text not null check (name ~ '^[a-z][a-z0-9_]{0,29}$'),
    url             text not null check (length(url) <= 1000),
    -- The bearer it is sent, sealed by the keyring.
    secret          bytea,
    has_secret      boolean not null generated always as (secret is not null) stored,
    enabled         boolean not null default true,
    checked_at      timestamptz,
    problem         text check (length(problem) <= 500),
    version         bigint not null default 1,
    created_by      uuid not null,
    created_at      timestamptz not null,
    primary key (org_id, id),
    unique (org_id, name),
    foreign key (org_id, created_by) references app_user (org_id, id)
);

create table outside_tool (
    org_id          uuid not null,
    server_id       uuid not null,
    name            text not null check (length(name) between 1 and 100),
    about           text not null check (length(about) <= 1000),
    -- The JSON schema of its arguments.
    arguments       jsonb not null,
    reads_only      boolean not null,
    fingerprint     text not null check (length(fingerprint) = 64),
    -- What an administrator allowed; it is in force only while it is the fingerprint.
    allowed         text check (length(allowed) = 64),
    -- Its server offers it no longer.
    gone            boolean not null default false,
    primary key (org_id, server_id, name),
    foreign key (org_id, server_id) references tool_server (org_id, id) on delete cascade
);
