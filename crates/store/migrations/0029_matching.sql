-- What may be one record twice: the rules by which it is told and answered, the keys by which it is found, and what was
-- found.

create table matching_rule (
    org_id        uuid not null references organisation (id) on delete cascade,
    object        text not null check (object in ('account', 'contact', 'lead')),
    -- The fields that are compared, by the API's names.
    fields        text[] not null check (cardinality(fields) between 1 and 10),
    -- From which score on, in percent, two records may be one.
    threshold     int not null check (threshold between 1 and 100),
    on_create     text not null check (on_create in ('off', 'report', 'warn', 'block')),
    on_update     text not null check (on_update in ('off', 'report', 'warn', 'block')),
    -- Of phone numbers that name no country.
    calling_code  text not null check (calling_code ~ '^[0-9]{0,4}$'),
    version       bigint not null default 1,
    primary key (org_id, object)
);

-- Hashes that records which may be one have in common; triggers keep them true.
create table match_key (
    org_id     uuid not null references organisation (id) on delete cascade,
    object     text not null,
    key        bigint not null,
    record_id  uuid not null,
    primary key (org_id, object, key, record_id)
);
create index match_key_record on match_key (org_id, record_id);

create table duplicate_pair (
    org_id      uuid not null references organisation (id) on delete cascade,
    id          uuid not null,
    object      text not null check (object in ('account', 'contact', 'lead')),
    left_id     uuid not null,
    right_id    uuid not null check (left_id < right_id),
    score       int not null,
    reasons     jsonb not null,
    state       text not null default 'open' check (state in ('open', 'dismissed', 'merged')),
    found_at    timestamptz not null,
    decided_by  uuid,
    decided_at  timestamptz,
    primary key (org_id, id),
    foreign key (org_id, decided_by) references app_user (org_id, id)
);
create unique index duplicate_pair_key on duplicate_pair (org_id, object, left_id, right_id);
create index duplicate_pair_open on duplicate_pair (org_id, object, state, id);
create index duplicate_pair_right on duplicate_pair (org_id, right_id);
