-- Master data that an administrator shapes: pipelines, their stages, and the managed lists.

alter table pipeline
    add column version      bigint not null default 1,
    add column updated_at   timestamptz not null default now(),
    add column archived_at  timestamptz;

alter table stage
    add column colour           text check (colour in ('grey', 'blue', 'teal', 'green', 'amber', 'orange', 'red', 'violet')),
    -- Fields of the record that must be filled for it to enter.
    add column required_fields  text[] not null default '{}' check (cardinality(required_fields) <= 50),
    add column wip_limit        int check (wip_limit between 1 and 100000),
    add column version          bigint not null default 1,
    add column updated_at       timestamptz not null default now();

-- The teams that use a pipeline; without any, everyone does.
create table pipeline_team (
    org_id      uuid not null,
    pipeline_id uuid not null,
    team_id     uuid not null,
    primary key (org_id, pipeline_id, team_id),
    foreign key (org_id, pipeline_id) references pipeline (org_id, id) on delete cascade,
    foreign key (org_id, team_id) references team (org_id, id) on delete cascade
);
create index pipeline_team_by_team on pipeline_team (org_id, team_id);

alter table choice
    add column version      bigint not null default 1,
    add column updated_at   timestamptz not null default now(),
    add column archived_at  timestamptz;

-- Products: archived ones stay on the deals that have them; a code means one product. Where several had the same, the
-- later ones get a number.
alter table product add column archived_at timestamptz;
update product p set code = left(p.code, 90) || '-' || d.n
from (select org_id, id, row_number() over (partition by org_id, lower(code) order by created_at, id) as n
      from product where code is not null and deleted_at is null) as d
where d.org_id = p.org_id and d.id = p.id and d.n > 1;
create unique index product_code_key on product (org_id, lower(code)) where deleted_at is null and code is not null;

-- Settings of the organisation. Everyone reads them; administrators change them.
alter table organisation
    add column locale               text check (length(locale) <= 35),
    add column time_zone            text check (length(time_zone) <= 64),
    add column fiscal_year_start    int not null default 1 check (fiscal_year_start between 1 and 12),
    add column version              bigint not null default 1,
    add column updated_at           timestamptz not null default now();

update role set grants = grants || '{"organisation.read": "all"}' where builtin is not null;
update role set grants = grants || '{"organisation.update": "all"}' where builtin = 'administrator';

-- Price lists: what products cost in a currency, for a time.
create table price_list (
    org_id      uuid not null references organisation (id) on delete cascade,
    id          uuid not null,
    name        text not null check (length(name) between 1 and 200),
    currency    text not null check (currency ~ '^[A-Z]{3}$'),
    valid_from  date,
    valid_to    date check (valid_to >= valid_from),
    is_default  boolean not null default false,
    version     bigint not null default 1,
    created_at  timestamptz not null default now(),
    updated_at  timestamptz not null default now(),
    archived_at timestamptz,
    primary key (org_id, id)
);
create unique index price_list_name_key on price_list (org_id, lower(name));

create table price_list_entry (
    org_id          uuid not null,
    price_list_id   uuid not null,
    product_id      uuid not null,
    price_minor     bigint not null check (price_minor >= 0),
    billing         text not null default 'one_off' check (billing in ('one_off', 'monthly', 'yearly')),
    primary key (org_id, price_list_id, product_id),
    foreign key (org_id, price_list_id) references price_list (org_id, id) on delete cascade,
    foreign key (org_id, product_id) references product (org_id, id)
);
create index price_list_entry_by_product on price_list_entry (org_id, product_id);

-- Custom fields: what an organisation adds to its records. Values are in the records' `custom`, by key.
create table custom_field (
    org_id          uuid not null references organisation (id) on delete cascade,
    id              uuid not null,
    object          text not null check (object in ('opportunity', 'account', 'contact')),
    key             text not null check (key ~ '^[a-z][a-z0-9_]{0,49}$'),
    label           text not null check (length(label) between 1 and 200),
    help            text check (length(help) <= 1000),
    kind            text not null check (kind in ('text', 'long_text', 'number', 'money', 'date', 'select', 'multi_select', 'user', 'account', 'contact',
                                                  'checkbox', 'url', 'email', 'phone')),
    required        boolean not null default false,
    default_value   jsonb,
    -- [{"value": …, "label": …, "archived": …}]
    options         jsonb not null default '[]',
    section         text check (length(section) <= 100),
    position        int not null default 0,
    version         bigint not null default 1,
    created_at      timestamptz not null default now(),
    updated_at      timestamptz not null default now(),
    archived_at     timestamptz,
    primary key (org_id, id)
);
create unique index custom_field_key_key on custom_field (org_id, object, key);
