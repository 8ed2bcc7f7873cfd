-- Notifications: what somebody ought to hear of, how they want to hear of it, and which records they follow.

create table notification (
    org_id          uuid not null references organisation (id) on delete cascade,
    id              uuid not null,
    user_id         uuid not null,
    kind            text not null check (kind in ('assigned_to_me', 'mentioned', 'followed_record_changed', 'task_reminder', 'task_due', 'task_overdue',
                        'shared_with_me', 'import_finished', 'bulk_finished', 'proposal_waiting', 'account_team_added')),
    -- What it is about: it is seen by who sees that, and stands with the others about it.
    object          text not null check (object in ('opportunity', 'account', 'contact', 'lead', 'task', 'import', 'bulk_change')),
    record_id       uuid not null,
    -- The note it tells of, if it does.
    activity_id     uuid,
    event_id        uuid,
    -- What it was made of: an event, or all events of one import, one change of many records, one request.
    source          text not null check (length(source) between 1 and 200),
    -- How many records it stands for.
    count           bigint not null default 1,
    actor_id        uuid,
    actor_name      text not null,
    -- The last event that was counted.
    position        bigint not null default 0,
    in_app          boolean not null,
    created_at      timestamptz not null,
    -- Where it stands in the list: when it came, or was to come back.
    listed_at       timestamptz not null,
    read_at         timestamptz,
    snoozed_until   timestamptz,
    -- What becomes of its letter; null when there is none.
    email           text check (email in ('waiting', 'digest', 'sent', 'dropped')),
    email_due_at    timestamptz,
    emailed_at      timestamptz,
    -- Why no letter was sent.
    email_reason    text check (email_reason in ('not_visible', 'read', 'preference', 'inactive', 'bouncing', 'refused', 'gave_up')),
    digest_id       uuid,
    primary key (org_id, id),
    foreign key (org_id, user_id) references app_user (org_id, id)
);
create unique index notification_once on notification (org_id, user_id, kind, source);
create index notification_listed on notification (org_id, user_id, listed_at, id) where in_app;
create index notification_unread on notification (org_id, user_id, listed_at) where in_app and read_at is null;
create index notification_about on notification (org_id, user_id, object, record_id, listed_at, id) where in_app;
create index notification_due on notification (org_id, user_id, email_due_at) where email in ('waiting', 'digest');
create index notification_age on notification (created_at);

create table notification_setting (
    org_id          uuid not null references organisation (id) on delete cascade,
    user_id         uuid not null,
    -- {"mentioned": {"in_app": true, "email": "at_once"}}; what is not in it is as usual.
    channels        jsonb not null default '{}',
    -- The days on which quiet hours begin, 1 is Monday; none when there are none.
    quiet_days      smallint[] not null default '{}',
    -- Minutes of the day; they end on the next day when the end is not after the beginning.
    quiet_from      smallint not null default 1200 check (quiet_from between 0 and 1439),
    quiet_until     smallint not null default 420 check (quiet_until between 0 and 1439),
    digest_hour     smallint not null default 8 check (digest_hour between 0 and 23),
    digest_day      smallint not null default 1 check (digest_day between 1 and 7),
    -- How often the receiver's server has refused the address, or sent letters back, with no more than a month between.
    refusals        int not null default 0,
    last_refusal    text check (length(last_refusal) <= 200),
    last_refused_at timestamptz,
    -- Since when nothing is sent to it any more.
    bouncing_since  timestamptz,
    version         bigint not null default 1,
    primary key (org_id, user_id),
    foreign key (org_id, user_id) references app_user (org_id, id)
);

-- Whoever owns a record follows it, unless a row says that they do not.
create table follow (
    org_id          uuid not null references organisation (id) on delete cascade,
    user_id         uuid not null,
    object          text not null check (object in ('opportunity', 'account', 'contact', 'lead')),
    record_id       uuid not null,
    following       boolean not null,
    reason          text not null check (reason in ('chosen', 'mentioned')),
    created_at      timestamptz not null,
    primary key (org_id, user_id, object, record_id),
    foreign key (org_id, user_id) references app_user (org_id, id)
);
create index follow_record on follow (org_id, object, record_id);

-- Notifications begin with what happens from now on.
insert into event_consumer (name, position) select 'notifications', coalesce(max(position), 0) from event_position
    on conflict do nothing;

create index task_due_everywhere on task (due_date) where deleted_at is null and done_at is null and due_date is not null;
