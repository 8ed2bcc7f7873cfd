-- Records that were made one, with what it takes to make them two again.

create table record_merge (
    org_id       uuid not null references organisation (id) on delete cascade,
    id           uuid not null,
    object       text not null check (object in ('account', 'contact')),
    winner_id    uuid not null,
    loser_id     uuid not null check (loser_id <> winner_id),
    user_id      uuid not null,
    -- The event by which the winner got values of the loser, if it did, and the merge's own.
    update_event uuid,
    event_id     uuid not null,
    -- What hung on the loser: [{"kind", "id", "field"}].
    moved        jsonb not null,
    merged_at    timestamptz not null,
    undone_at    timestamptz,
    primary key (org_id, id),
    foreign key (org_id, user_id) references app_user (org_id, id)
);
create unique index record_merge_loser_key on record_merge (org_id, object, loser_id) where undone_at is null;
create unique index record_merge_event_key on record_merge (org_id, event_id);
