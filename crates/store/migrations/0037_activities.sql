-- Activities that can be put right: outcomes, participants, private e-mails, versions, the trash; and what is pinned to a
-- record's timeline.

alter table choice drop constraint choice_kind_check;
alter table choice add constraint choice_kind_check
    check (kind in ('opportunity_type', 'source', 'industry', 'region', 'loss_reason', 'win_reason', 'competitor', 'contact_role', 'lead_status',
                    'call_outcome', 'meeting_outcome'));

-- Whoever has worked with lists already gets the values that a new organisation starts with.
insert into choice (org_id, id, kind, name, position)
select o.id, gen_random_uuid(), s.kind, s.name, s.position
from organisation o,
     (values ('call_outcome', 'Connected', 0), ('call_outcome', 'Left message', 1), ('call_outcome', 'No answer', 2),
             ('call_outcome', 'Busy', 3), ('call_outcome', 'Wrong number', 4),
             ('meeting_outcome', 'Held', 0), ('meeting_outcome', 'Rescheduled', 1), ('meeting_outcome', 'Cancelled', 2),
             ('meeting_outcome', 'No show', 3)) as s (kind, name, position)
where exists (select from pipeline p where p.org_id = o.id);

alter table activity
    -- What "team" scope means for it: its owner's team when it was logged.
    add column team_id      uuid,
    add column outcome_id   uuid,
    -- An e-mail that only its owner sees.
    add column private      boolean not null default false check (not private or kind = 'email'),
    -- The event by which it stands on timelines; another one when it has come to be about something else, or at another time.
    add column entry_id     uuid,
    add column edited_at    timestamptz,
    add column updated_at   timestamptz not null default now(),
    add column search       tsvector,
    add foreign key (org_id, team_id) references team (org_id, id),
    add foreign key (org_id, outcome_id) references choice (org_id, id);
update activity a set
    team_id = (select u.team_id from app_user u where u.org_id = a.org_id and u.id = a.owner_id),
    entry_id = (select e.id from event e where e.org_id = a.org_id and e.subject_id = a.id and e.type = 'activity.logged' order by e.at limit 1),
    updated_at = a.created_at;
create index activity_recent on activity (org_id, occurred_at, id) where deleted_at is null;
create index activity_owner on activity (org_id, owner_id, occurred_at, id) where deleted_at is null;
create index activity_trash on activity (org_id, deleted_at, id) where deleted_at is not null;
create index activity_outcome on activity (org_id, outcome_id) where outcome_id is not null;
create index activity_search on activity using gin (org_id, search);

-- Who took part beside the contact that it is about. What tells of the timeline stands here too, so that a contact's page is
-- read along one index.
create table activity_participant (
    org_id      uuid not null,
    id          uuid not null,
    activity_id uuid not null,
    position    int not null,
    contact_id  uuid,
    user_id     uuid,
    -- Of somebody who is neither.
    address     text check (length(address) between 1 and 320),
    name        text check (length(name) <= 200),
    -- The contact's account.
    account_id  uuid,
    at          timestamptz not null,
    entry_id    uuid not null,
    primary key (org_id, id),
    check (num_nonnulls(contact_id, user_id, address) = 1),
    foreign key (org_id, activity_id) references activity (org_id, id) on delete cascade,
    foreign key (org_id, contact_id) references contact (org_id, id) on delete cascade,
    foreign key (org_id, account_id) references account (org_id, id) on delete set null (account_id),
    foreign key (org_id, user_id) references app_user (org_id, id)
);
create index activity_participant_activity on activity_participant (org_id, activity_id, position);
create index activity_participant_contact on activity_participant (org_id, contact_id, at, entry_id) where contact_id is not null;
create index activity_participant_account on activity_participant (org_id, account_id, at, entry_id) where account_id is not null;
create index activity_participant_user on activity_participant (org_id, user_id, activity_id) where user_id is not null;

create table timeline_pin (
    org_id      uuid not null references organisation (id) on delete cascade,
    object      text not null check (object in ('opportunity', 'account', 'contact', 'lead')),
    record_id   uuid not null,
    event_id    uuid not null,
    pinned_by   uuid not null,
    pinned_at   timestamptz not null default now(),
    primary key (org_id, object, record_id, event_id),
    foreign key (org_id, event_id) references event (org_id, id) on delete cascade,
    foreign key (org_id, pinned_by) references app_user (org_id, id)
);

update role set grants = grants || '{"activity.update": "all", "activity.delete": "all"}' where builtin = 'administrator';
update role set grants = grants || '{"activity.update": "team", "activity.delete": "team"}' where builtin = 'sales_manager';
update role set grants = grants || '{"activity.update": "own", "activity.delete": "own"}' where builtin = 'sales_rep';
