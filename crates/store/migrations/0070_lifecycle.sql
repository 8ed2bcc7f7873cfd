-- Pipelines as state machines: versions of what deals may do, what each deal runs under, and the log of every attempt.

-- A version is never changed. Version 1 of what is there already asks for nothing: as it was before.
create table pipeline_version (
    org_id       uuid not null,
    pipeline_id  uuid not null,
    number       int not null check (number > 0),
    definition   jsonb not null,
    note         text check (length(note) <= 2000),
    published_by uuid,
    published_at timestamptz not null,
    primary key (org_id, pipeline_id, number),
    foreign key (org_id, pipeline_id) references pipeline (org_id, id) on delete cascade,
    foreign key (org_id, published_by) references app_user (org_id, id)
);
insert into pipeline_version (org_id, pipeline_id, number, definition, published_at)
select org_id, id, 1, '{}', now() from pipeline;

-- What an administrator is at. One for a pipeline, gone when it is published.
create table pipeline_draft (
    org_id      uuid not null,
    pipeline_id uuid not null,
    definition  jsonb not null,
    version     bigint not null default 1,
    updated_by  uuid not null,
    updated_at  timestamptz not null,
    primary key (org_id, pipeline_id),
    foreign key (org_id, pipeline_id) references pipeline (org_id, id) on delete cascade,
    foreign key (org_id, updated_by) references app_user (org_id, id)
);

-- The version of its pipeline that a deal runs under; a trigger gives it when the deal enters the pipeline.
alter table opportunity add column lifecycle_version int not null default 1;

-- Items of a checklist that are done, by the ids that the definition gives them.
create table checklist_tick (
    org_id         uuid not null,
    opportunity_id uuid not null,
    item_id        uuid not null,
    ticked_by      uuid not null,
    ticked_at      timestamptz not null,
    primary key (org_id, opportunity_id, item_id),
    foreign key (org_id, opportunity_id) references opportunity (org_id, id) on delete cascade,
    foreign key (org_id, ticked_by) references app_user (org_id, id)
);

-- Every attempt to enter a stage. Names are as they were; stages may be gone since.
create table transition_log (
    org_id         uuid not null,
    id             uuid not null,
    at             timestamptz not null,
    -- Null when a deal was never made of it.
    opportunity_id uuid,
    pipeline_id    uuid not null,
    from_stage_id  uuid,
    from_stage     text,
    to_stage_id    uuid not null,
    to_stage       text not null,
    lifecycle      int not null,
    passed         boolean not null,
    code           text,
    missing        jsonb not null default '[]',
    facts          jsonb not null default '{}',
    path           text not null,
    actor_kind     text not null,
    actor_id       uuid,
    actor_name     text not null,
    on_behalf_of   uuid,
    primary key (org_id, id),
    foreign key (org_id, opportunity_id) references opportunity (org_id, id) on delete cascade
);
create index transition_log_of_deal on transition_log (org_id, opportunity_id, id);
create index transition_log_of_pipeline on transition_log (org_id, pipeline_id, id);

-- What a file is: a value of a managed list.
alter table choice drop constraint choice_kind_check;
alter table choice add constraint choice_kind_check
    check (kind in ('opportunity_type', 'source', 'industry', 'region', 'loss_reason', 'win_reason', 'competitor', 'contact_role', 'lead_status',
                    'call_outcome', 'meeting_outcome', 'document_type'));
alter table file add column document_type_id uuid, add foreign key (org_id, document_type_id) references choice (org_id, id);
create index file_document_type on file (org_id, document_type_id) where document_type_id is not null;

-- Whoever has worked with lists already gets the values that a new organisation starts with.
insert into choice (org_id, id, kind, name, position)
select o.id, gen_random_uuid(), 'document_type', s.name, s.position
from organisation o,
     (values ('Proposal', 0), ('Quote', 1), ('Contract', 2), ('Purchase order', 3), ('Security review', 4)) as s (name, position)
where exists (select from pipeline p where p.org_id = o.id);
