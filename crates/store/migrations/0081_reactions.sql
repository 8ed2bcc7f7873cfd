-- What people think of a note, in one sign.
create table activity_reaction (
    org_id      uuid not null,
    activity_id uuid not null,
    user_id     uuid not null,
    reaction    text not null check (reaction in ('thumbs_up', 'heart', 'celebrate', 'laugh', 'eyes', 'done')),
    at          timestamptz not null,
    primary key (org_id, activity_id, user_id, reaction),
    foreign key (org_id, activity_id) references activity (org_id, id) on delete cascade,
    foreign key (org_id, user_id) references app_user (org_id, id)
);
