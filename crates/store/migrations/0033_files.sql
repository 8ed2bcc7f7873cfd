-- Files on records: a file hangs on one record and has versions; the bytes are elsewhere, by the keys in `blobs`.

create table file (
    org_id         uuid not null references organisation (id) on delete cascade,
    id             uuid not null,
    opportunity_id uuid,
    account_id     uuid,
    contact_id     uuid,
    lead_id        uuid,
    name           text not null check (length(name) between 1 and 255),
    -- The number of the version that is shown.
    latest         int not null default 1,
    created_by     uuid not null,
    created_at     timestamptz not null,
    updated_at     timestamptz not null,
    deleted_at     timestamptz,
    version        bigint not null default 1,
    -- The words of its name, and those of its latest version.
    search         tsvector not null default '',
    text_search    tsvector not null default '',
    primary key (org_id, id),
    check (num_nonnulls(opportunity_id, account_id, contact_id, lead_id) = 1),
    foreign key (org_id, opportunity_id) references opportunity (org_id, id) on delete cascade,
    foreign key (org_id, account_id) references account (org_id, id) on delete cascade,
    foreign key (org_id, contact_id) references contact (org_id, id) on delete cascade,
    foreign key (org_id, lead_id) references lead (org_id, id) on delete cascade,
    foreign key (org_id, created_by) references app_user (org_id, id)
);
create index file_of_opportunity on file (org_id, opportunity_id) where opportunity_id is not null;
create index file_of_account on file (org_id, account_id) where account_id is not null;
create index file_of_contact on file (org_id, contact_id) where contact_id is not null;
create index file_of_lead on file (org_id, lead_id) where lead_id is not null;
create index file_deleted on file (org_id, deleted_at) where deleted_at is not null;
create index file_search on file using gin (org_id, search);
create index file_text_search on file using gin (org_id, text_search);

create table file_version (
    org_id      uuid not null,
    id          uuid not null,
    file_id     uuid not null,
    number      int not null,
    size        bigint not null,
    -- By its bytes.
    type        text not null,
    sha256      text,
    -- Where the bytes are, in order; one key once they have been put together.
    blobs       text[] not null check (cardinality(blobs) > 0),
    state       text not null check (state in ('scanning', 'clean', 'unscanned', 'infected', 'failed')),
    -- What was found in it, or why it could not be looked at.
    finding     text,
    checked_at  timestamptz,
    text        text,
    uploaded_by uuid not null,
    uploaded_at timestamptz not null,
    primary key (org_id, id),
    unique (org_id, file_id, number),
    foreign key (org_id, file_id) references file (org_id, id) on delete cascade,
    foreign key (org_id, uploaded_by) references app_user (org_id, id)
);
create index file_version_unsettled on file_version (state, uploaded_at) where state in ('scanning', 'unscanned');
create index file_version_withheld on file_version (org_id, state) where state in ('scanning', 'infected', 'failed');

-- A file on its way.
create table upload (
    org_id         uuid not null references organisation (id) on delete cascade,
    id             uuid not null,
    opportunity_id uuid,
    account_id     uuid,
    contact_id     uuid,
    lead_id        uuid,
    -- The file it becomes a version of; or, once it is complete, the file it became.
    file_id        uuid,
    name           text not null check (length(name) between 1 and 255),
    size           bigint not null check (size > 0),
    received       bigint not null default 0 check (received between 0 and size),
    done           boolean not null default false,
    created_by     uuid not null,
    created_at     timestamptz not null,
    expires_at     timestamptz not null,
    primary key (org_id, id),
    foreign key (org_id, created_by) references app_user (org_id, id)
);
create index upload_expiry on upload (expires_at);

create table upload_part (
    org_id    uuid not null,
    upload_id uuid not null,
    start     bigint not null,
    size      bigint not null check (size > 0),
    blob      text not null,
    primary key (org_id, upload_id, start),
    foreign key (org_id, upload_id) references upload (org_id, id) on delete cascade
);

-- What an organisation has kept: kept by triggers.
create table file_usage (
    org_id uuid primary key references organisation (id) on delete cascade,
    bytes  bigint not null default 0,
    files  bigint not null default 0
);

-- Bytes that no row names any more; a job removes them.
create table blob_garbage (
    blob text primary key,
    at   timestamptz not null default now()
);
