-- What figures rest on: when deals entered their stages. How leads are scored, and where values came from that a source knew.

-- Each time that a deal was in a stage. Triggers keep it, whoever moves the deal.
create table stage_entry (
    org_id          uuid not null,
    id              uuid not null,
    opportunity_id  uuid not null,
    stage_id        uuid not null,
    entered_at      timestamptz not null,
    -- Null while the deal is in it.
    left_at         timestamptz,
    primary key (org_id, id),
    foreign key (org_id, opportunity_id) references opportunity (org_id, id) on delete cascade,
    foreign key (org_id, stage_id) references stage (org_id, id) on delete cascade
);
create index stage_entry_deal on stage_entry (org_id, opportunity_id, entered_at);
create index stage_entry_stage on stage_entry (org_id, stage_id, entered_at);
create index stage_entry_time on stage_entry (org_id, entered_at);

-- Deals by product, for lists and figures.
create index opportunity_line_product on opportunity_line (org_id, product_id, opportunity_id);

-- The rules by which leads are scored, as a whole. Without a row the ones that the product comes with are in force.
create table score_model (
    org_id      uuid not null references organisation (id) on delete cascade,
    rules       jsonb not null,
    bands       jsonb not null,
    version     bigint not null default 1,
    updated_by  uuid not null,
    updated_at  timestamptz not null,
    primary key (org_id),
    foreign key (org_id, updated_by) references app_user (org_id, id)
);

-- A lead's score is derived: it has no part in its version.
alter table lead
    add column score            bigint check (score between 0 and 100),
    add column score_grade      text check (score_grade in ('a', 'b', 'c', 'd')),
    -- What each rule made of it: [{"rule":…,"label":…,"points":…,"met":…,"facts":{…}}]
    add column score_parts      jsonb,
    -- Of the rules by which it was scored.
    add column score_version    bigint,
    add column scored_at        timestamptz,
    add constraint lead_score_whole_check check (num_nonnulls(score, score_grade, score_parts, score_version, scored_at) in (0, 5));
create index lead_score on lead (org_id, score, id) where deleted_at is null;
create index lead_own_score on lead (org_id, owner_id, score, id) where deleted_at is null;
create index lead_grade on lead (org_id, score_grade, created_at, id) where deleted_at is null;

-- Where a field's value came from that a person took over from a source. It tells of the field while it still has that value.
create table field_source (
    org_id      uuid not null,
    id          uuid not null,
    account_id  uuid,
    lead_id     uuid,
    field       text not null check (length(field) between 1 and 100),
    value       jsonb not null,
    source      text not null check (length(source) between 1 and 100),
    -- Percent.
    confidence  bigint not null check (confidence between 0 and 100),
    why         text not null check (length(why) <= 1000),
    taken_by    uuid not null,
    taken_at    timestamptz not null,
    primary key (org_id, id),
    check (num_nonnulls(account_id, lead_id) = 1),
    foreign key (org_id, account_id) references account (org_id, id) on delete cascade,
    foreign key (org_id, lead_id) references lead (org_id, id) on delete cascade,
    foreign key (org_id, taken_by) references app_user (org_id, id)
);
create unique index field_source_account on field_source (org_id, account_id, field) where account_id is not null;
create unique index field_source_lead on field_source (org_id, lead_id, field) where lead_id is not null;

-- Scores follow what happens from now on; a job gives those that are there already theirs.
insert into event_consumer (name, position) select 'scores', coalesce(max(position), 0) from event_position
    on conflict do nothing;
