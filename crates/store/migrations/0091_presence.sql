-- Who has a record open, and which field they are at. Gone with a crash, as the browsers say it again.
create unlogged table presence (
    org_id      uuid not null references organisation (id) on delete cascade,
    object      text not null check (object in ('opportunity', 'account', 'contact', 'lead')),
    record_id   uuid not null,
    user_id     uuid not null,
    -- One for each page that is open.
    page        uuid not null,
    field       text check (length(field) between 1 and 100),
    -- When they came, left, or went to another field: what others want to hear of.
    changed_at  timestamptz not null,
    seen_at     timestamptz not null,
    left_at     timestamptz,
    primary key (org_id, object, record_id, user_id, page),
    foreign key (org_id, user_id) references app_user (org_id, id) on delete cascade
);
create index presence_changed on presence (changed_at);
create index presence_seen on presence (seen_at);
