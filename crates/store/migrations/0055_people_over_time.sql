-- People at accounts over time, and plans for accounts. Contacts and accounts are found by their telephone numbers.

-- Where a contact works, or did. The primary account stands on the contact itself (contact.account_id), and has a row here
-- too: triggers see to it. A row without an end is of now; one contact has one such row an account.
create table affiliation (
    org_id      uuid not null,
    id          uuid not null,
    contact_id  uuid not null,
    account_id  uuid not null,
    title       text check (length(title) <= 200),
    started_on  date,
    ended_on    date,
    -- When it was written down, and when its end was: what a change on the same day, or its undo, takes back.
    noted_at    timestamptz not null,
    closed_at   timestamptz,
    primary key (org_id, id),
    foreign key (org_id, contact_id) references contact (org_id, id) on delete cascade,
    foreign key (org_id, account_id) references account (org_id, id) on delete cascade,
    check (started_on <= ended_on)
);
create unique index affiliation_current on affiliation (org_id, contact_id, account_id) where ended_on is null;
create index affiliation_of_contact on affiliation (org_id, contact_id);
create index affiliation_of_account on affiliation (org_id, account_id, contact_id);

insert into affiliation (org_id, id, contact_id, account_id, title, noted_at)
select c.org_id, gen_random_uuid(), c.id, c.account_id, c.title, c.created_at from contact c where c.account_id is not null;

-- What one means to reach at an account within a year, a half or a quarter.
create table account_plan (
    org_id          uuid not null,
    id              uuid not null,
    account_id      uuid not null,
    period          text not null check (period ~ '^[0-9]{4}(-(H[12]|Q[1-4]))?$'),
    -- Whether the accounts below count too.
    with_below      boolean not null default true,
    goal            text check (length(goal) <= 2000),
    target_minor    bigint check (target_minor >= 0),
    currency        text check (length(currency) = 3),
    strategy        text check (length(strategy) <= 20000),
    strengths       text check (length(strengths) <= 5000),
    weaknesses      text check (length(weaknesses) <= 5000),
    opportunities   text check (length(opportunities) <= 5000),
    threats         text check (length(threats) <= 5000),
    white_space     text check (length(white_space) <= 5000),
    version         bigint not null default 1,
    created_at      timestamptz not null,
    updated_at      timestamptz not null,
    deleted_at      timestamptz,
    primary key (org_id, id),
    foreign key (org_id, account_id) references account (org_id, id) on delete cascade,
    check ((target_minor is null) = (currency is null))
);
create unique index account_plan_period_key on account_plan (org_id, account_id, period) where deleted_at is null;
create index account_plan_of_account on account_plan (org_id, account_id);
create index account_plan_deleted on account_plan (deleted_at) where deleted_at is not null;

-- Who matters for the plan.
create table account_plan_person (
    org_id      uuid not null,
    plan_id     uuid not null,
    contact_id  uuid not null,
    position    int not null,
    role        text check (length(role) <= 100),
    influence   text not null check (influence in ('high', 'medium', 'low')),
    attitude    text not null check (attitude in ('supporter', 'neutral', 'sceptic', 'opponent', 'unknown')),
    note        text check (length(note) <= 1000),
    primary key (org_id, plan_id, contact_id),
    foreign key (org_id, plan_id) references account_plan (org_id, id) on delete cascade,
    foreign key (org_id, contact_id) references contact (org_id, id) on delete cascade
);
create index account_plan_person_of_contact on account_plan_person (org_id, contact_id);

-- What is to be done. How far it has come is worked out of the account's deals, where it is measured.
create table account_plan_objective (
    org_id          uuid not null,
    plan_id         uuid not null,
    id              uuid not null,
    position        int not null,
    title           text not null check (length(title) between 1 and 300),
    owner_id        uuid,
    due_on          date,
    state           text not null check (state in ('planned', 'underway', 'done', 'dropped')),
    measure         text not null check (measure in ('none', 'won_amount', 'won_count', 'open_amount', 'open_count')),
    -- Minor units of the organisation's currency, or deals.
    target          bigint check (target > 0),
    primary key (org_id, plan_id, id),
    foreign key (org_id, plan_id) references account_plan (org_id, id) on delete cascade,
    foreign key (org_id, owner_id) references app_user (org_id, id),
    check (measure = 'none' or target is not null)
);
create index account_plan_objective_owner on account_plan_objective (org_id, owner_id) where owner_id is not null;

-- As app.phone_words does it from now on (82_leads.sql).
create schema if not exists app;
create or replace function app.phone_words(phone text) returns text language sql immutable parallel safe strict as $$
    select concat_ws(' ', regexp_replace(phone, '\D+', ' ', 'g'), n.digits, k.core, case when not n.abroad and length(k.core) >= 6 then '0' || k.core end,
        (select string_agg(right(k.core, l), ' ') from generate_series(4, least(10, length(k.core) - 1)) as l))
    from (select regexp_replace(regexp_replace(phone, '\(\s*0\s*\)', '', 'g'), '\D', '', 'g') as digits, phone ~ '^\s*(\+|00)' as abroad) as n,
         lateral (select case when n.digits like '00%' then substr(n.digits, 3) when n.digits like '0%' then substr(n.digits, 2) else n.digits end as core) as k
$$;
update contact set search = search || to_tsvector('simple', app.phone_words(phone)) where phone is not null;
update lead set search = search || to_tsvector('simple', app.phone_words(phone)) where phone is not null;
update account set search = search || to_tsvector('simple', app.phone_words(phone)) where phone is not null;
