-- Passkeys (WebAuthn): a person's credentials, and the ceremonies that are under way.

create table passkey (
    org_id          uuid not null,
    id              uuid not null,
    user_id         uuid not null,
    -- By what an authenticator names it.
    credential_id   bytea not null check (length(credential_id) between 1 and 1023),
    name            text not null check (length(name) between 1 and 60),
    -- The public key, and what was said when it was made.
    credential      jsonb not null,
    -- How often it was used, as the authenticator counts; 0 where it does not count.
    counter         bigint not null default 0 check (counter >= 0),
    created_at      timestamptz not null,
    last_used_at    timestamptz,
    version         bigint not null default 1,
    primary key (org_id, id),
    foreign key (org_id, user_id) references app_user (org_id, id) on delete cascade
);
-- A credential is one person's, whatever the organisation: a sign-in begins with nothing but this.
create unique index passkey_credential_key on passkey (credential_id);
create index passkey_user on passkey (org_id, user_id);

-- A challenge that an authenticator has been given: good once, for minutes. Of a sign-in nobody is known yet.
create table passkey_challenge (
    org_id          uuid,
    user_id         uuid,
    token_hash      bytea not null primary key,
    purpose         text not null check (purpose in ('registration', 'sign_in', 'second_factor', 'confirmation')),
    state           jsonb not null,
    address         text not null,
    expires_at      timestamptz not null,
    check ((org_id is null) = (user_id is null) and (org_id is null) = (purpose = 'sign_in')),
    foreign key (org_id, user_id) references app_user (org_id, id) on delete cascade
);
create index passkey_challenge_age on passkey_challenge (expires_at);
create index passkey_challenge_address on passkey_challenge (address, expires_at);
create index passkey_challenge_user on passkey_challenge (org_id, user_id);
