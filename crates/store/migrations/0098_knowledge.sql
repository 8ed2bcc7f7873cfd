-- What can be looked up: playbooks, e-mail templates and scripts that people write, and passages of these and of the records,
-- by their words and by their meaning.

create table material (
    org_id       uuid not null references organisation (id) on delete cascade,
    id           uuid not null,
    kind         text not null check (kind in ('playbook', 'email_template', 'script')),
    title        text not null check (length(title) between 1 and 200),
    summary      text check (length(summary) <= 500),
    -- Of an e-mail.
    subject      text check (length(subject) <= 300),
    body         text not null check (length(body) between 1 and 50000),
    published    boolean not null,
    archived_at  timestamptz,
    updated_by   uuid not null,
    version      bigint not null default 1,
    created_at   timestamptz not null,
    updated_at   timestamptz not null,
    primary key (org_id, id),
    check (subject is null or kind = 'email_template'),
    foreign key (org_id, updated_by) references app_user (org_id, id)
);
create unique index material_title_key on material (org_id, kind, lower(title)) where archived_at is null;

-- Each version as it was written.
create table material_version (
    org_id       uuid not null,
    material_id  uuid not null,
    number       bigint not null,
    title        text not null,
    summary      text,
    subject      text,
    body         text not null,
    published    boolean not null,
    written_by   uuid not null,
    written_at   timestamptz not null,
    primary key (org_id, material_id, number),
    foreign key (org_id, material_id) references material (org_id, id) on delete cascade,
    foreign key (org_id, written_by) references app_user (org_id, id)
);

-- What passages were made of. Its id is that of the record, activity, file or material that it is; a record stands in the
-- column of its kind too, an activity and a file in that of the record they are about.
create table knowledge_source (
    org_id         uuid not null references organisation (id) on delete cascade,
    id             uuid not null,
    source         text not null check (source in ('opportunity', 'account', 'contact', 'lead', 'activity', 'file', 'material')),
    opportunity_id uuid,
    account_id     uuid,
    contact_id     uuid,
    lead_id        uuid,
    activity_id    uuid,
    file_id        uuid,
    material_id    uuid,
    -- Who logged an activity: they see it whatever it is about, and alone when it is private.
    author_id      uuid,
    private        boolean not null default false,
    primary key (org_id, id),
    -- What is removed for good takes its passages along, in the same statement.
    foreign key (org_id, opportunity_id) references opportunity (org_id, id) on delete cascade,
    foreign key (org_id, account_id) references account (org_id, id) on delete cascade,
    foreign key (org_id, contact_id) references contact (org_id, id) on delete cascade,
    foreign key (org_id, lead_id) references lead (org_id, id) on delete cascade,
    foreign key (org_id, activity_id) references activity (org_id, id) on delete cascade,
    foreign key (org_id, file_id) references file (org_id, id) on delete cascade,
    foreign key (org_id, material_id) references material (org_id, id) on delete cascade
);
create index knowledge_source_opportunity on knowledge_source (org_id, opportunity_id) where opportunity_id is not null;
create index knowledge_source_account on knowledge_source (org_id, account_id) where account_id is not null;
create index knowledge_source_contact on knowledge_source (org_id, contact_id) where contact_id is not null;
create index knowledge_source_lead on knowledge_source (org_id, lead_id) where lead_id is not null;
create index knowledge_source_activity on knowledge_source (org_id, activity_id) where activity_id is not null;
create index knowledge_source_file on knowledge_source (org_id, file_id) where file_id is not null;
create index knowledge_source_material on knowledge_source (org_id, material_id) where material_id is not null;
create index knowledge_source_author on knowledge_source (org_id, author_id) where author_id is not null;

create table knowledge_chunk (
    org_id      uuid not null,
    id          uuid not null,
    source      text not null,
    source_id   uuid not null,
    -- Where it stands in its source, from 0.
    part        int not null,
    kind        text not null check (kind in ('opportunity', 'outcome', 'account', 'contact', 'lead', 'activity', 'file',
                                              'playbook', 'email_template', 'script')),
    -- The fields whose values it tells, such as opportunity.lost_notes: hidden with them.
    fields      text[] not null default '{}',
    heading     text not null,
    text        text not null check (length(text) between 1 and 8000),
    -- When what it tells happened or was written.
    dated       timestamptz not null,
    -- Lexemes, counted: what long passages are marked down by.
    length      int not null,
    words       tsvector not null,
    digest      bytea not null,
    primary key (org_id, id),
    foreign key (org_id, source_id) references knowledge_source (org_id, id) on delete cascade
);
create index knowledge_chunk_of on knowledge_chunk (org_id, source_id, part);
create index knowledge_chunk_words on knowledge_chunk using gin (org_id, words);

-- The meaning of a passage, by one model. Apart from its words, so that a page of vectors holds nothing else.
create table knowledge_vector (
    org_id      uuid not null,
    chunk_id    uuid not null,
    source_id   uuid not null,
    model       text not null check (length(model) between 1 and 200),
    dimension   int not null check (dimension between 1 and 4000),
    embedding   halfvec not null,
    primary key (org_id, chunk_id),
    foreign key (org_id, chunk_id) references knowledge_chunk (org_id, id) on delete cascade
);
create index knowledge_vector_source on knowledge_vector (org_id, source_id);
create index knowledge_vector_model on knowledge_vector (model);
-- One index for each common width of vectors; those that nothing is in cost nothing. Other widths are compared one by one.
do $$
declare
    width int;
begin
    foreach width in array array[384, 512, 768, 1024, 1536, 3072] loop
        execute format('create index knowledge_vector_%1$s on knowledge_vector using hnsw ((embedding::halfvec(%1$s)) halfvec_cosine_ops)
                            where dimension = %1$s', width);
    end loop;
end $$;

-- What has changed and is to be read anew: 0 changed by somebody, 1 by an import, 2 by a new index of everything.
create table knowledge_pending (
    org_id      uuid not null references organisation (id) on delete cascade,
    source      text not null,
    id          uuid not null,
    priority    int not null,
    at          timestamptz not null,
    primary key (org_id, source, id)
);
create index knowledge_pending_next on knowledge_pending (priority, at);

-- Passages that wait for a vector. Taken for a while, so that nobody holds a transaction while a model reads.
create table knowledge_embedding (
    org_id      uuid not null,
    chunk_id    uuid not null,
    priority    int not null,
    taken_until timestamptz,
    primary key (org_id, chunk_id),
    foreign key (org_id, chunk_id) references knowledge_chunk (org_id, id) on delete cascade
);
create index knowledge_embedding_next on knowledge_embedding (priority, chunk_id);

-- How many of the passages have a word: rare words say more.
create table knowledge_term (
    org_id      uuid not null references organisation (id) on delete cascade,
    lexeme      text not null,
    share       real not null,
    primary key (org_id, lexeme)
);

-- How far the index of an organisation is. `untouched`: there is too much to begin unasked.
create table knowledge_index (
    org_id        uuid primary key references organisation (id) on delete cascade,
    state         text not null check (state in ('untouched', 'running', 'done')),
    -- Where it goes on: the kind of source, and the last id that has been queued.
    at_source     text,
    after_id      uuid,
    queued        bigint not null default 0,
    total         bigint not null default 0,
    started_at    timestamptz,
    finished_at   timestamptz,
    asked_by      uuid,
    -- As counted with the words.
    passages      bigint not null default 0,
    mean_length   real not null default 0,
    changed_since bigint not null default 0
);

insert into event_consumer (name, position) select 'knowledge', coalesce(max(position), 0) from event_position
    on conflict do nothing;

update role set grants = grants || '{"material.read": "all", "material.create": "all", "material.update": "all", "material.delete": "all"}'
where builtin in ('administrator', 'sales_manager');
update role set grants = grants || '{"material.read": "all"}' where builtin in ('sales_rep', 'read_only');
