-- Mailboxes: those of people, synced over IMAP, and the organisation's drop mailbox; what was seen in them, what became an
-- activity, and what waits for its person to say who it is from.

-- What an administrator decided; without a row, everything is as it starts.
create table mail_policy (
    org_id      uuid primary key references organisation (id) on delete cascade,
    -- Whether people may connect mailboxes of their own.
    mailboxes   boolean not null default true,
    -- Addresses and domains that nobody's mailbox stores anything of.
    never       text[] not null default '{}' check (cardinality(never) <= 500),
    -- Where people send what is to be stored: each with a word of their own before its @.
    drop_address text check (length(drop_address) between 3 and 320),
    version     bigint not null default 1,
    updated_at  timestamptz not null default now()
);

create table mailbox (
    org_id      uuid not null references organisation (id) on delete cascade,
    id          uuid not null,
    -- Whose it is; of the organisation's drop mailbox nobody's.
    user_id     uuid,
    set_up_by   uuid not null,
    address     text not null check (length(address) between 3 and 320),
    host        text not null check (length(host) between 1 and 253),
    port        int not null check (port between 1 and 65535),
    security    text not null check (security in ('tls', 'starttls', 'plain')),
    username    text not null check (length(username) between 1 and 320),
    -- Sealed for `mailbox:<id>`.
    password    bytea not null,
    folders     text[] not null check (cardinality(folders) between 1 and 20),
    since       date not null,
    private     boolean not null,
    never       text[] not null default '{}' check (cardinality(never) <= 500),
    -- When it is looked at next; null when somebody has to put something right first.
    next_sync_at    timestamptz,
    started_at      timestamptz,
    -- The last pass that went through, and the last that read all anew.
    synced_at       timestamptz,
    -- Contacts and leads that changed after this are looked for among the messages that nobody knew.
    matched_at      timestamptz,
    failures        int not null default 0,
    error_code      text check (length(error_code) <= 50),
    error           text check (length(error) <= 500),
    version     bigint not null default 1,
    created_at  timestamptz not null default now(),
    updated_at  timestamptz not null default now(),
    primary key (org_id, id),
    foreign key (org_id, user_id) references app_user (org_id, id),
    foreign key (org_id, set_up_by) references app_user (org_id, id)
);
create unique index mailbox_drop on mailbox (org_id) where user_id is null;
create unique index mailbox_account on mailbox (org_id, user_id, lower(host), lower(username)) where user_id is not null;
create index mailbox_due on mailbox (next_sync_at) where next_sync_at is not null;

create table mailbox_folder (
    org_id      uuid not null,
    mailbox_id  uuid not null,
    name        text not null check (length(name) between 1 and 500),
    uid_validity bigint not null,
    -- All up to this one have been looked at.
    last_uid    bigint not null default 0,
    -- The server's own count of the messages since the date.
    on_server   int not null default 0,
    primary key (org_id, mailbox_id, name),
    foreign key (org_id, mailbox_id) references mailbox (org_id, id) on delete cascade
);

-- One for each message on the server since the date. Of what nobody knows there is neither text nor subject nor address
-- here: only keyed digests, by which it is found again once somebody becomes known.
create table mailbox_message (
    org_id      uuid not null,
    mailbox_id  uuid not null,
    folder      text not null,
    uid         bigint not null,
    digests     bigint[] not null default '{}',
    outcome     text not null check (outcome in ('pending', 'stored', 'unknown', 'internal', 'never', 'too_large', 'unreadable', 'unmatched', 'no_token')),
    activity_id uuid,
    tries       int not null default 0,
    primary key (org_id, mailbox_id, folder, uid),
    foreign key (org_id, mailbox_id, folder) references mailbox_folder (org_id, mailbox_id, name) on delete cascade
);
create index mailbox_message_outcome on mailbox_message (org_id, mailbox_id, outcome);

-- What an e-mail activity was made of.
create table activity_message (
    org_id      uuid not null,
    activity_id uuid not null,
    owner_id    uuid not null,
    -- The digest of its Message-ID.
    message_key bytea not null check (length(message_key) = 32),
    thread_id   uuid not null,
    -- [{"name": …, "media_type": …, "size": …}]: their names; the files themselves are not stored.
    attachments jsonb not null default '[]',
    -- The mailbox it came from; null for what came by the drop address.
    mailbox_id  uuid,
    primary key (org_id, activity_id),
    foreign key (org_id, activity_id) references activity (org_id, id) on delete cascade,
    foreign key (org_id, mailbox_id) references mailbox (org_id, id) on delete set null (mailbox_id)
);
create index activity_message_key on activity_message (org_id, message_key);
create index activity_message_thread on activity_message (org_id, thread_id);
create index activity_message_mailbox on activity_message (org_id, mailbox_id) where mailbox_id is not null;

-- A person's own address to which they forward, or copy in secret, what is to be stored.
create table mail_drop (
    org_id      uuid not null,
    user_id     uuid not null,
    token_hash  bytea not null check (length(token_hash) = 32),
    -- Sealed for `mail-drop:<user id>`: it is shown to its person.
    token       bytea not null,
    created_at  timestamptz not null default now(),
    primary key (org_id, user_id),
    foreign key (org_id, user_id) references app_user (org_id, id)
);
create unique index mail_drop_token on mail_drop (token_hash);

-- What came by a drop address and is from or to nobody known: its person decides.
create table mail_unmatched (
    org_id      uuid not null,
    id          uuid not null,
    user_id     uuid not null,
    message_key bytea not null check (length(message_key) = 32),
    thread_id   uuid not null,
    direction   text not null check (direction in ('in', 'out')),
    subject     text,
    body        text,
    -- [{"address": …, "name": …}], the first is who it is from, or to.
    people      jsonb not null,
    attachments jsonb not null default '[]',
    occurred_at timestamptz not null,
    received_at timestamptz not null,
    primary key (org_id, id),
    foreign key (org_id, user_id) references app_user (org_id, id)
);
create unique index mail_unmatched_key on mail_unmatched (org_id, user_id, message_key);
create index mail_unmatched_received on mail_unmatched (org_id, user_id, received_at, id);
