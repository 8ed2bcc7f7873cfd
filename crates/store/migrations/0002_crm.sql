-- Master data and the records of selling. Sort and range keys have leakproof types (bigint, text, date, timestamptz),
-- so that an index serves them under row-level security; see docs/architecture/performance.md.

create table choice (
    org_id      uuid not null references organisation (id) on delete cascade,
    id          uuid not null,
    kind        text not null check (kind in ('opportunity_type', 'source', 'industry', 'region', 'loss_reason')),
    name        text not null check (length(name) between 1 and 200),
    position    int not null default 0,
    created_at  timestamptz not null default now(),
    primary key (org_id, id)
);
create unique index choice_name_key on choice (org_id, kind, lower(name));

create table currency_rate (
    org_id      uuid not null references organisation (id) on delete cascade,
    currency    text not null check (currency ~ '^[A-Z]{3}$'),
    valid_from  date not null,
    -- Units of the organisation's currency for one unit of this one.
    rate        numeric not null check (rate > 0),
    primary key (org_id, currency, valid_from)
);

create table pipeline (
    org_id      uuid not null references organisation (id) on delete cascade,
    id          uuid not null,
    name        text not null check (length(name) between 1 and 200),
    position    int not null default 0,
    created_at  timestamptz not null default now(),
    primary key (org_id, id)
);
create unique index pipeline_name_key on pipeline (org_id, lower(name));

create table stage (
    org_id      uuid not null,
    id          uuid not null,
    pipeline_id uuid not null,
    name        text not null check (length(name) between 1 and 200),
    position    int not null,
    probability int not null check (probability between 0 and 100),
    kind        text not null check (kind in ('open', 'won', 'lost')),
    created_at  timestamptz not null default now(),
    primary key (org_id, id),
    unique (org_id, pipeline_id, id),
    foreign key (org_id, pipeline_id) references pipeline (org_id, id)
);
create unique index stage_name_key on stage (org_id, pipeline_id, lower(name));

create table product (
    org_id      uuid not null references organisation (id) on delete cascade,
    id          uuid not null,
    name        text not null check (length(name) between 1 and 200),
    code        text check (length(code) <= 100),
    family      text check (length(family) <= 200),
    price_minor bigint,
    currency    text check (currency ~ '^[A-Z]{3}$'),
    import_id   uuid,
    version     bigint not null default 1,
    created_at  timestamptz not null default now(),
    updated_at  timestamptz not null default now(),
    deleted_at  timestamptz,
    primary key (org_id, id)
);
create unique index product_name_key on product (org_id, lower(name)) where deleted_at is null;

create table account (
    org_id          uuid not null references organisation (id) on delete cascade,
    id              uuid not null,
    name            text not null check (length(name) between 1 and 500),
    name_sort       text generated always as (lower(name)) stored,
    domain          text check (length(domain) <= 253),
    phone           text check (length(phone) <= 100),
    website         text check (length(website) <= 2000),
    industry_id     uuid,
    region_id       uuid,
    parent_id       uuid,
    employees       bigint check (employees >= 0),
    revenue_minor   bigint,
    currency        text check (currency ~ '^[A-Z]{3}$'),
    founded_year    int check (founded_year between 1 and 3000),
    country         text check (length(country) <= 100),
    country_key     text generated always as (lower(country)) stored,
    owner_id        uuid not null,
    team_id         uuid,
    tags            text[] not null default '{}',
    custom          jsonb not null default '{}',
    external_id     text check (length(external_id) <= 200),
    import_id       uuid,
    search          tsvector,
    version         bigint not null default 1,
    created_at      timestamptz not null default now(),
    updated_at      timestamptz not null default now(),
    deleted_at      timestamptz,
    primary key (org_id, id),
    foreign key (org_id, industry_id) references choice (org_id, id),
    foreign key (org_id, region_id) references choice (org_id, id),
    foreign key (org_id, parent_id) references account (org_id, id),
    foreign key (org_id, owner_id) references app_user (org_id, id),
    foreign key (org_id, team_id) references team (org_id, id)
);
create unique index account_external_id_key on account (org_id, external_id) where deleted_at is null;
create index account_name on account (org_id, name_sort, id) where deleted_at is null;
create index account_created on account (org_id, created_at, id) where deleted_at is null;
create index account_updated on account (org_id, updated_at, id) where deleted_at is null;
create index account_revenue on account (org_id, revenue_minor, id) where deleted_at is null;
create index account_owner on account (org_id, owner_id, created_at, id) where deleted_at is null;
create index account_industry on account (org_id, industry_id, created_at, id) where deleted_at is null;
create index account_region on account (org_id, region_id, created_at, id) where deleted_at is null;
create index account_team on account (org_id, team_id, created_at, id) where deleted_at is null;
create index account_country on account (org_id, country_key, created_at, id) where deleted_at is null;
create index account_domain on account (org_id, domain) where deleted_at is null and domain is not null;
create index account_parent on account (org_id, parent_id) where parent_id is not null;
create index account_import on account (org_id, import_id) where import_id is not null;
create index account_search on account using gin (org_id, search);

create table contact (
    org_id          uuid not null references organisation (id) on delete cascade,
    id              uuid not null,
    first_name      text not null default '' check (length(first_name) <= 200),
    last_name       text not null default '' check (length(last_name) <= 200),
    name            text not null check (length(name) between 1 and 401),
    name_sort       text generated always as (lower(name)) stored,
    title           text check (length(title) <= 200),
    email           text check (length(email) <= 320),
    phone           text check (length(phone) <= 100),
    account_id      uuid,
    owner_id        uuid not null,
    team_id         uuid,
    tags            text[] not null default '{}',
    custom          jsonb not null default '{}',
    external_id     text check (length(external_id) <= 200),
    import_id       uuid,
    search          tsvector,
    version         bigint not null default 1,
    created_at      timestamptz not null default now(),
    updated_at      timestamptz not null default now(),
    deleted_at      timestamptz,
    primary key (org_id, id),
    foreign key (org_id, account_id) references account (org_id, id),
    foreign key (org_id, owner_id) references app_user (org_id, id),
    foreign key (org_id, team_id) references team (org_id, id)
);
create unique index contact_external_id_key on contact (org_id, external_id) where deleted_at is null;
create index contact_name on contact (org_id, name_sort, id) where deleted_at is null;
create index contact_created on contact (org_id, created_at, id) where deleted_at is null;
create index contact_updated on contact (org_id, updated_at, id) where deleted_at is null;
create index contact_owner on contact (org_id, owner_id, created_at, id) where deleted_at is null;
create index contact_account on contact (org_id, account_id, created_at, id) where deleted_at is null;
create index contact_team on contact (org_id, team_id, created_at, id) where deleted_at is null;
create index contact_address on contact (org_id, email) where deleted_at is null and email is not null;
create index contact_email on contact (org_id, lower(email)) where email is not null;
create index contact_import on contact (org_id, import_id) where import_id is not null;
create index contact_search on contact using gin (org_id, search);

create table opportunity (
    org_id              uuid not null references organisation (id) on delete cascade,
    id                  uuid not null,
    name                text not null check (length(name) between 1 and 500),
    name_sort           text generated always as (lower(name)) stored,
    account_id          uuid,
    primary_contact_id  uuid,
    pipeline_id         uuid not null,
    stage_id            uuid not null,
    amount_minor        bigint,
    currency            text check (currency ~ '^[A-Z]{3}$'),
    -- In the organisation's currency, by the rate of the day it was set: what sorts and sums mean.
    amount_base         bigint,
    close_date          date,
    probability         bigint not null check (probability between 0 and 100),
    expected_base       bigint generated always as ((amount_base * probability + 50) / 100) stored,
    forecast_category   text not null check (forecast_category in ('omitted', 'pipeline', 'best_case', 'commit', 'closed')),
    type_id             uuid,
    source_id           uuid,
    industry_id         uuid,
    region_id           uuid,
    owner_id            uuid not null,
    team_id             uuid,
    next_step           text check (length(next_step) <= 2000),
    lost_reason_id      uuid,
    lost_notes          text check (length(lost_notes) <= 10000),
    tags                text[] not null default '{}',
    custom              jsonb not null default '{}',
    external_id         text check (length(external_id) <= 200),
    import_id           uuid,
    search              tsvector,
    version             bigint not null default 1,
    created_at          timestamptz not null default now(),
    updated_at          timestamptz not null default now(),
    stage_entered_at    timestamptz not null default now(),
    closed_at           timestamptz,
    deleted_at          timestamptz,
    primary key (org_id, id),
    check ((amount_minor is null) = (currency is null) and (amount_minor is null) = (amount_base is null)),
    foreign key (org_id, account_id) references account (org_id, id),
    foreign key (org_id, primary_contact_id) references contact (org_id, id),
    foreign key (org_id, pipeline_id, stage_id) references stage (org_id, pipeline_id, id),
    foreign key (org_id, type_id) references choice (org_id, id),
    foreign key (org_id, source_id) references choice (org_id, id),
    foreign key (org_id, industry_id) references choice (org_id, id),
    foreign key (org_id, region_id) references choice (org_id, id),
    foreign key (org_id, lost_reason_id) references choice (org_id, id),
    foreign key (org_id, owner_id) references app_user (org_id, id),
    foreign key (org_id, team_id) references team (org_id, id)
);
create unique index opportunity_external_id_key on opportunity (org_id, external_id) where deleted_at is null;

-- One index a sort key, and one that starts with the owner, for whoever sees only their own.
create index opportunity_name on opportunity (org_id, name_sort, id) where deleted_at is null;
create index opportunity_amount on opportunity (org_id, amount_base, id) where deleted_at is null;
create index opportunity_close_date on opportunity (org_id, close_date, id) where deleted_at is null;
create index opportunity_probability on opportunity (org_id, probability, id) where deleted_at is null;
create index opportunity_expected on opportunity (org_id, expected_base, id) where deleted_at is null;
create index opportunity_created on opportunity (org_id, created_at, id) where deleted_at is null;
create index opportunity_updated on opportunity (org_id, updated_at, id) where deleted_at is null;
create index opportunity_stage_entered on opportunity (org_id, stage_entered_at, id) where deleted_at is null;
create index opportunity_closed on opportunity (org_id, closed_at, id) where deleted_at is null;
create index opportunity_own_name on opportunity (org_id, owner_id, name_sort, id) where deleted_at is null;
create index opportunity_own_amount on opportunity (org_id, owner_id, amount_base, id) where deleted_at is null;
create index opportunity_own_close_date on opportunity (org_id, owner_id, close_date, id) where deleted_at is null;
create index opportunity_own_probability on opportunity (org_id, owner_id, probability, id) where deleted_at is null;
create index opportunity_own_expected on opportunity (org_id, owner_id, expected_base, id) where deleted_at is null;
create index opportunity_own_created on opportunity (org_id, owner_id, created_at, id) where deleted_at is null;
create index opportunity_own_updated on opportunity (org_id, owner_id, updated_at, id) where deleted_at is null;
create index opportunity_own_stage_entered on opportunity (org_id, owner_id, stage_entered_at, id) where deleted_at is null;
create index opportunity_own_closed on opportunity (org_id, owner_id, closed_at, id) where deleted_at is null;

-- Filters, in the default order of lists; and the board, in its own.
create index opportunity_stage on opportunity (org_id, stage_id, created_at, id) where deleted_at is null;
create index opportunity_board on opportunity (org_id, stage_id, amount_base, id) where deleted_at is null;
create index opportunity_own_board on opportunity (org_id, owner_id, stage_id, amount_base, id) where deleted_at is null;
create index opportunity_team on opportunity (org_id, team_id, created_at, id) where deleted_at is null;
create index opportunity_account on opportunity (org_id, account_id, created_at, id) where deleted_at is null;
create index opportunity_contact on opportunity (org_id, primary_contact_id, created_at, id) where deleted_at is null and primary_contact_id is not null;
create index opportunity_type on opportunity (org_id, type_id, created_at, id) where deleted_at is null;
create index opportunity_source on opportunity (org_id, source_id, created_at, id) where deleted_at is null;
create index opportunity_industry on opportunity (org_id, industry_id, created_at, id) where deleted_at is null;
create index opportunity_region on opportunity (org_id, region_id, created_at, id) where deleted_at is null;
create index opportunity_lost_reason on opportunity (org_id, lost_reason_id, created_at, id) where deleted_at is null and lost_reason_id is not null;
create index opportunity_import on opportunity (org_id, import_id) where import_id is not null;
create index opportunity_deleted on opportunity (org_id, deleted_at) where deleted_at is not null;
create index opportunity_search on opportunity using gin (org_id, search);

-- Tags by value: array operators are not leakproof, equality of text is.
create table opportunity_tag (
    org_id          uuid not null,
    tag             text not null check (length(tag) between 1 and 100),
    opportunity_id  uuid not null,
    primary key (org_id, tag, opportunity_id),
    foreign key (org_id, opportunity_id) references opportunity (org_id, id) on delete cascade
);
create index opportunity_tag_record on opportunity_tag (org_id, opportunity_id);

create table opportunity_line (
    org_id          uuid not null,
    id              uuid not null,
    opportunity_id  uuid not null,
    product_id      uuid not null,
    position        int not null default 0,
    quantity        numeric(14, 4) not null check (quantity > 0),
    price_minor     bigint not null,
    currency        text not null check (currency ~ '^[A-Z]{3}$'),
    discount        numeric(5, 2) not null default 0 check (discount between 0 and 100),
    created_at      timestamptz not null default now(),
    primary key (org_id, id),
    foreign key (org_id, opportunity_id) references opportunity (org_id, id) on delete cascade,
    foreign key (org_id, product_id) references product (org_id, id)
);
create index opportunity_line_parent on opportunity_line (org_id, opportunity_id, position);

-- Count and sum of live opportunities by stage and owner: a base and what has changed since it was last folded.
create table opportunity_rollup (
    org_id      uuid not null references organisation (id) on delete cascade,
    stage_id    uuid not null,
    owner_id    uuid not null,
    team_id     uuid not null,
    n           bigint not null,
    amount_base numeric not null,
    primary key (org_id, stage_id, owner_id, team_id)
);
create table opportunity_rollup_delta (
    org_id      uuid not null,
    stage_id    uuid not null,
    owner_id    uuid not null,
    team_id     uuid not null,
    n           bigint not null,
    amount_base numeric not null
);
create index opportunity_rollup_delta_org on opportunity_rollup_delta (org_id);

create table task (
    org_id          uuid not null references organisation (id) on delete cascade,
    id              uuid not null,
    title           text not null check (length(title) between 1 and 500),
    notes           text check (length(notes) <= 10000),
    due_date        date,
    priority        text not null default 'normal' check (priority in ('low', 'normal', 'high')),
    assignee_id     uuid not null,
    -- The creator's team or the assignee's: what "team" scope means for a task.
    team_id         uuid,
    opportunity_id  uuid,
    account_id      uuid,
    contact_id      uuid,
    done_at         timestamptz,
    version         bigint not null default 1,
    created_at      timestamptz not null default now(),
    updated_at      timestamptz not null default now(),
    deleted_at      timestamptz,
    primary key (org_id, id),
    foreign key (org_id, assignee_id) references app_user (org_id, id),
    foreign key (org_id, team_id) references team (org_id, id),
    foreign key (org_id, opportunity_id) references opportunity (org_id, id) on delete cascade,
    foreign key (org_id, account_id) references account (org_id, id) on delete cascade,
    foreign key (org_id, contact_id) references contact (org_id, id) on delete cascade
);
create index task_mine on task (org_id, assignee_id, due_date, id) where deleted_at is null and done_at is null;
create index task_assignee on task (org_id, assignee_id, created_at, id) where deleted_at is null;
create index task_due on task (org_id, due_date, id) where deleted_at is null and done_at is null;
create index task_opportunity on task (org_id, opportunity_id) where opportunity_id is not null;
create index task_account on task (org_id, account_id) where account_id is not null;
create index task_contact on task (org_id, contact_id) where contact_id is not null;

create table activity (
    org_id              uuid not null references organisation (id) on delete cascade,
    id                  uuid not null,
    kind                text not null check (kind in ('note', 'call', 'email', 'meeting')),
    subject             text check (length(subject) <= 500),
    body                text check (length(body) <= 100000),
    direction           text check (direction in ('in', 'out')),
    duration_minutes    int check (duration_minutes between 0 and 100000),
    occurred_at         timestamptz not null,
    owner_id            uuid not null,
    opportunity_id      uuid,
    account_id          uuid,
    contact_id          uuid,
    version             bigint not null default 1,
    created_at          timestamptz not null default now(),
    deleted_at          timestamptz,
    primary key (org_id, id),
    foreign key (org_id, owner_id) references app_user (org_id, id),
    foreign key (org_id, opportunity_id) references opportunity (org_id, id) on delete cascade,
    foreign key (org_id, account_id) references account (org_id, id) on delete cascade,
    foreign key (org_id, contact_id) references contact (org_id, id) on delete cascade
);
create index activity_opportunity on activity (org_id, opportunity_id, occurred_at) where opportunity_id is not null;
create index activity_account on activity (org_id, account_id, occurred_at) where account_id is not null;
create index activity_contact on activity (org_id, contact_id, occurred_at) where contact_id is not null;

-- Every word of a searchable name, so that a misspelt one finds its neighbours.
create table search_word (
    org_id      uuid not null references organisation (id) on delete cascade,
    word        text not null,
    primary key (org_id, word)
);
create index search_word_trigram on search_word using gin (org_id, word gin_trgm_ops);
