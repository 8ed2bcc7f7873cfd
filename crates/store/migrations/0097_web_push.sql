-- Web push: the installation's key, the browsers that get notifications, and what became of each notification.

-- By what push services know this installation (RFC 8292). One for all organisations: a browser is bound to the key that it
-- subscribed with.
create table push_key (
    id              uuid not null primary key,
    single          boolean not null default true unique check (single),
    -- PKCS#8, sealed.
    private_key     bytea not null,
    -- An uncompressed point of P-256.
    public_key      bytea not null check (octet_length(public_key) = 65),
    created_at      timestamptz not null
);

-- A browser that shows somebody their notifications, for as long as they are signed in there.
create table push_subscription (
    org_id          uuid not null references organisation (id) on delete cascade,
    id              uuid not null,
    user_id         uuid not null,
    session_id      uuid not null,
    -- Where its push service takes messages.
    endpoint        text not null check (length(endpoint) between 1 and 2000),
    -- What a message is sealed for (RFC 8291): the browser's public key, and a secret that it shares with us.
    p256dh          bytea not null check (octet_length(p256dh) = 65),
    auth            bytea not null check (octet_length(auth) = 16),
    user_agent      text check (length(user_agent) <= 300),
    created_at      timestamptz not null,
    -- When its push service last took a message.
    last_used_at    timestamptz,
    -- When one was last sent to try it.
    tested_at       timestamptz,
    -- How many messages in a row its push service refused.
    failures        int not null default 0,
    primary key (org_id, id),
    foreign key (org_id, user_id) references app_user (org_id, id) on delete cascade,
    foreign key (org_id, session_id) references session (org_id, id) on delete cascade
);
-- A browser is one person's, whatever the organisation.
create unique index push_subscription_endpoint_key on push_subscription (endpoint);
create index push_subscription_user on push_subscription (org_id, user_id);
create index push_subscription_session on push_subscription (org_id, session_id);

alter table notification
    -- What becomes of it on its receiver's devices; null when nothing is to be shown there.
    add column push text check (push in ('waiting', 'sent', 'dropped')),
    add column push_due_at timestamptz,
    add column pushed_at timestamptz,
    -- Why no device was told.
    add column push_reason text check (push_reason in ('not_visible', 'read', 'preference', 'inactive', 'no_device', 'refused', 'gave_up'));
