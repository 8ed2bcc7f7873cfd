-- Signing in: the organisation's policy, one-time links, second factors, rotating sessions; and outbound mail.

create table sign_in_policy (
    org_id                      uuid primary key references organisation (id) on delete cascade,
    -- Off: people come in by single sign-on; a password opens only for an administrator with no other way in.
    password_sign_in            boolean not null default true,
    second_factor               text not null default 'optional' check (second_factor in ('off', 'optional', 'administrators', 'everyone')),
    password_min_length         int not null default 10 check (password_min_length between 8 and 64),
    session_idle_minutes        int not null default 4320 check (session_idle_minutes between 5 and 43200),
    session_lifetime_minutes    int not null default 20160 check (session_lifetime_minutes between 5 and 129600),
    version                     bigint not null default 1
);
insert into sign_in_policy (org_id) select id from organisation;

-- Administrators of organisations that are there already may now read and change it.
update role set grants = grants || '{"organisation.read": "all", "organisation.update": "all"}' where builtin = 'administrator';

-- A session's token is replaced as it is used. The new one counts once it has come back; see docs/adr/0016.
alter table session
    add column method text not null default 'password' check (method in ('password', 'passkey', 'external')),
    add column second_factor text check (second_factor in ('totp', 'recovery_code', 'passkey')),
    -- When the person last proved who they are.
    add column authenticated_at timestamptz not null default now(),
    add column token_at timestamptz not null default now(),
    add column next_hash bytea,
    add column next_at timestamptz;
update session set authenticated_at = created_at, token_at = created_at;
create unique index session_next_key on session (next_hash) where next_hash is not null;

-- Tokens that were replaced: one that comes back late has been stolen, and its session ends.
create table session_token_former (
    org_id          uuid not null,
    token_hash      bytea not null,
    session_id      uuid not null,
    replaced_at     timestamptz not null,
    primary key (org_id, token_hash),
    foreign key (org_id, session_id) references session (org_id, id) on delete cascade
);
create unique index session_token_former_key on session_token_former (token_hash);
create index session_token_former_session on session_token_former (org_id, session_id);

-- A link that is good once, by mail: the newest of its kind only.
create table one_time_link (
    org_id          uuid not null,
    user_id         uuid not null,
    purpose         text not null check (purpose in ('invitation', 'password_reset')),
    token_hash      bytea not null,
    created_at      timestamptz not null,
    expires_at      timestamptz not null,
    primary key (org_id, user_id, purpose),
    foreign key (org_id, user_id) references app_user (org_id, id) on delete cascade
);
create unique index one_time_link_token_key on one_time_link (token_hash);

-- An authenticator app's secret, sealed. Not confirmed: it is being set up and asked of nobody.
create table totp (
    org_id          uuid not null,
    user_id         uuid not null,
    secret          bytea not null,
    created_at      timestamptz not null,
    confirmed_at    timestamptz,
    -- The last 30-second step whose code was taken: a code is good once.
    last_step       bigint,
    primary key (org_id, user_id),
    foreign key (org_id, user_id) references app_user (org_id, id) on delete cascade
);

create table recovery_code (
    org_id          uuid not null,
    user_id         uuid not null,
    code_hash       bytea not null,
    used_at         timestamptz,
    primary key (org_id, user_id, code_hash),
    foreign key (org_id, user_id) references app_user (org_id, id) on delete cascade
);

-- Between the first factor and the second.
create table sign_in_challenge (
    org_id          uuid not null,
    id              uuid not null,
    user_id         uuid not null,
    token_hash      bytea not null,
    method          text not null check (method in ('password', 'external')),
    attempts        int not null default 0,
    expires_at      timestamptz not null,
    primary key (org_id, id),
    foreign key (org_id, user_id) references app_user (org_id, id) on delete cascade
);
create unique index sign_in_challenge_token_key on sign_in_challenge (token_hash);
create index sign_in_challenge_age on sign_in_challenge (expires_at);

-- Mail to be sent, and what was. The body is sealed, since it may hold a link that lets its reader in, and is gone once
-- it has been sent.
create table mail (
    org_id          uuid not null references organisation (id) on delete cascade,
    id              uuid not null,
    recipient       text not null check (length(recipient) between 3 and 320),
    subject         text not null,
    body            bytea,
    created_at      timestamptz not null,
    sent_at         timestamptz,
    primary key (org_id, id)
);
create index mail_age on mail (created_at);
