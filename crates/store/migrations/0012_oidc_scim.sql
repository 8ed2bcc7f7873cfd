-- Single sign-on: the identity providers of an organisation, whom they know as whom, what their claims mean; SCIM.

-- A domain belongs to one organisation of the server: its people's addresses are trusted from that one's providers alone.
create table claimed_domain (
    org_id          uuid not null references organisation (id) on delete cascade,
    domain          text not null check (domain = lower(domain) and length(domain) between 3 and 253),
    primary key (org_id, domain)
);
create unique index claimed_domain_key on claimed_domain (domain);

create table identity_provider (
    org_id          uuid not null references organisation (id) on delete cascade,
    id              uuid not null,
    name            text not null check (length(name) between 1 and 100),
    kind            text not null check (kind in ('entra', 'google', 'generic')),
    issuer          text not null check (length(issuer) between 8 and 500),
    client_id       text not null check (length(client_id) between 1 and 500),
    -- Sealed; context oidc-client:<id>.
    client_secret   bytea,
    scopes          text[] not null,
    -- Directories whose people may come in, where the issuer stands for many (Entra's "organizations").
    tenants         text[] not null default '{}',
    enabled         boolean not null default true,
    -- Makes an account for who comes for the first time.
    provisions      boolean not null default false,
    default_role_id uuid,
    email_claim     text check (length(email_claim) between 1 and 200),
    name_claim      text check (length(name_claim) between 1 and 200),
    version         bigint not null default 1,
    created_at      timestamptz not null default now(),
    updated_at      timestamptz not null default now(),
    primary key (org_id, id),
    foreign key (org_id, default_role_id) references role (org_id, id) on delete set null (default_role_id)
);
create unique index identity_provider_name_key on identity_provider (org_id, lower(name));

create table identity_provider_domain (
    org_id          uuid not null,
    provider_id     uuid not null,
    domain          text not null,
    primary key (org_id, provider_id, domain),
    foreign key (org_id, provider_id) references identity_provider (org_id, id) on delete cascade,
    foreign key (org_id, domain) references claimed_domain (org_id, domain)
);
create index identity_provider_domain_by_domain on identity_provider_domain (org_id, domain);

-- A value of a claim, or a SCIM group, and the role or team that it stands for.
create table claim_mapping (
    org_id          uuid not null,
    id              uuid not null,
    provider_id     uuid not null,
    position        int not null,
    source          text not null check (source in ('claim', 'group')),
    -- The claim's name; empty for a group.
    claim           text not null check (length(claim) <= 200),
    value           text not null check (length(value) between 1 and 500),
    role_id         uuid,
    team_id         uuid,
    primary key (org_id, id),
    check (num_nonnulls(role_id, team_id) = 1),
    foreign key (org_id, provider_id) references identity_provider (org_id, id) on delete cascade,
    foreign key (org_id, role_id) references role (org_id, id) on delete cascade,
    foreign key (org_id, team_id) references team (org_id, id) on delete cascade
);
create index claim_mapping_by_provider on claim_mapping (org_id, provider_id, position);

-- Who somebody is at a provider: its issuer and subject, never an e-mail address.
create table user_identity (
    org_id          uuid not null,
    id              uuid not null,
    provider_id     uuid not null,
    user_id         uuid not null,
    issuer          text not null check (length(issuer) <= 600),
    subject         text not null check (length(subject) between 1 and 255),
    -- As last told, for people to read.
    email           text check (length(email) <= 320),
    created_at      timestamptz not null,
    last_used_at    timestamptz not null,
    primary key (org_id, id),
    foreign key (org_id, provider_id) references identity_provider (org_id, id) on delete cascade,
    foreign key (org_id, user_id) references app_user (org_id, id) on delete cascade
);
create unique index user_identity_subject_key on user_identity (org_id, provider_id, issuer, subject);
create unique index user_identity_user_key on user_identity (org_id, user_id, provider_id);

-- What a provider gave: it takes away only that.
create table provider_grant (
    org_id          uuid not null,
    user_id         uuid not null,
    provider_id     uuid not null,
    source          text not null check (source in ('claim', 'group')),
    role_id         uuid,
    team_id         uuid,
    check (num_nonnulls(role_id, team_id) = 1),
    foreign key (org_id, provider_id) references identity_provider (org_id, id) on delete cascade,
    foreign key (org_id, user_id) references app_user (org_id, id) on delete cascade,
    foreign key (org_id, role_id) references role (org_id, id) on delete cascade,
    foreign key (org_id, team_id) references team (org_id, id) on delete cascade
);
create unique index provider_grant_key on provider_grant (org_id, user_id, provider_id, source, role_id, team_id) nulls not distinct;

-- A sign-in that is under way: used once, within ten minutes, by the browser that began it.
create table oidc_login (
    org_id          uuid not null,
    id              uuid not null,
    provider_id     uuid not null,
    state_hash      bytea not null,
    browser_hash    bytea not null,
    nonce           text not null,
    -- Sealed; context oidc-login:<id>.
    verifier        bytea not null,
    return_to       text not null check (length(return_to) <= 2000),
    address         text not null check (length(address) <= 100),
    created_at      timestamptz not null,
    expires_at      timestamptz not null,
    primary key (org_id, id),
    foreign key (org_id, provider_id) references identity_provider (org_id, id) on delete cascade
);
create unique index oidc_login_state_key on oidc_login (state_hash);
create index oidc_login_by_address on oidc_login (address, created_at);
create index oidc_login_age on oidc_login (expires_at);

-- Which session at the provider a session of ours hangs on.
create table oidc_session (
    org_id          uuid not null,
    session_id      uuid not null,
    provider_id     uuid not null,
    issuer          text not null,
    subject         text not null,
    sid             text check (length(sid) <= 255),
    -- Sealed; context oidc-session:<session id>. The hint of who signs out.
    id_token        bytea,
    primary key (org_id, session_id),
    foreign key (org_id, session_id) references session (org_id, id) on delete cascade,
    foreign key (org_id, provider_id) references identity_provider (org_id, id) on delete cascade
);
create index oidc_session_by_subject on oidc_session (org_id, provider_id, issuer, subject);

-- Logout tokens that have been seen, for as long as one counts as fresh.
create table oidc_logout (
    org_id          uuid not null,
    provider_id     uuid not null,
    jti_hash        bytea not null,
    at              timestamptz not null,
    primary key (org_id, provider_id, jti_hash),
    foreign key (org_id, provider_id) references identity_provider (org_id, id) on delete cascade
);
create index oidc_logout_age on oidc_logout (at);

create table scim_token (
    org_id          uuid not null,
    provider_id     uuid not null,
    token_hash      bytea not null,
    created_at      timestamptz not null,
    created_by      uuid,
    last_used_at    timestamptz,
    primary key (org_id, provider_id),
    foreign key (org_id, provider_id) references identity_provider (org_id, id) on delete cascade
);
create unique index scim_token_key on scim_token (token_hash);

-- What a provisioning client calls somebody.
create table scim_user (
    org_id          uuid not null,
    provider_id     uuid not null,
    user_id         uuid not null,
    user_name       text not null check (length(user_name) between 1 and 320),
    external_id     text check (length(external_id) <= 255),
    given_name      text check (length(given_name) <= 200),
    family_name     text check (length(family_name) <= 200),
    primary key (org_id, provider_id, user_id),
    foreign key (org_id, provider_id) references identity_provider (org_id, id) on delete cascade,
    foreign key (org_id, user_id) references app_user (org_id, id) on delete cascade
);
create unique index scim_user_name_key on scim_user (org_id, provider_id, lower(user_name));

create table scim_group (
    org_id          uuid not null,
    id              uuid not null,
    provider_id     uuid not null,
    name            text not null check (length(name) between 1 and 255),
    external_id     text check (length(external_id) <= 255),
    version         bigint not null default 1,
    created_at      timestamptz not null,
    updated_at      timestamptz not null,
    primary key (org_id, id),
    foreign key (org_id, provider_id) references identity_provider (org_id, id) on delete cascade
);
create unique index scim_group_name_key on scim_group (org_id, provider_id, lower(name));

create table scim_group_member (
    org_id          uuid not null,
    group_id        uuid not null,
    user_id         uuid not null,
    primary key (org_id, group_id, user_id),
    foreign key (org_id, group_id) references scim_group (org_id, id) on delete cascade,
    foreign key (org_id, user_id) references app_user (org_id, id) on delete cascade
);
create index scim_group_member_by_user on scim_group_member (org_id, user_id);

-- Administrators of the organisations that there are may do what those of new ones may.
update role set grants = grants || '{"single_sign_on.read": "all", "single_sign_on.create": "all", "single_sign_on.update": "all", "single_sign_on.delete": "all"}'
where builtin = 'administrator';
