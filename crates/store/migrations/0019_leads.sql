-- Leads: people and companies that may become customers, before there is an account.

-- What a lead's status means. Each organisation names its own; code tests the category, never a name.
alter table choice drop constraint choice_kind_check;
alter table choice add constraint choice_kind_check
    check (kind in ('opportunity_type', 'source', 'industry', 'region', 'loss_reason', 'lead_status'));
alter table choice add column category text
    check (category in ('new', 'working', 'nurturing', 'qualified', 'unqualified', 'converted'));
alter table choice add constraint choice_has_category_check check ((kind = 'lead_status') = (category is not null));

insert into choice (org_id, id, kind, name, position, category)
select o.id, gen_random_uuid(), 'lead_status', s.name, s.position, s.category
from organisation o,
     (values ('New', 0, 'new'), ('Working', 1, 'working'), ('Nurturing', 2, 'nurturing'), ('Qualified', 3, 'qualified'),
             ('Unqualified', 4, 'unqualified'), ('Converted', 5, 'converted')) as s (name, position, category)
where exists (select from pipeline p where p.org_id = o.id);

create table lead (
    org_id          uuid not null references organisation (id) on delete cascade,
    id              uuid not null,
    first_name      text not null default '' check (length(first_name) <= 200),
    last_name       text not null default '' check (length(last_name) <= 200),
    -- Both names, or the one there is, or the company's.
    name            text not null check (length(name) between 1 and 500),
    name_sort       text generated always as (lower(name)) stored,
    company         text check (length(company) <= 500),
    company_sort    text generated always as (lower(company)) stored,
    title           text check (length(title) <= 200),
    email           text check (length(email) <= 320),
    phone           text check (length(phone) <= 100),
    website         text check (length(website) <= 2000),
    country         text check (length(country) <= 100),
    country_key     text generated always as (lower(country)) stored,
    rating          text check (rating in ('hot', 'warm', 'cold')),
    description     text check (length(description) <= 10000),
    status_id       uuid not null,
    source_id       uuid,
    industry_id     uuid,
    region_id       uuid,
    owner_id        uuid not null,
    team_id         uuid,
    tags            text[] not null default '{}',
    custom          jsonb not null default '{}',
    external_id     text check (length(external_id) <= 200),
    import_id       uuid,
    search          tsvector,
    converted_at            timestamptz,
    converted_by            uuid,
    converted_account_id    uuid,
    converted_contact_id    uuid,
    converted_opportunity_id uuid,
    -- What the conversion made and moved, so that it can be taken back.
    conversion      jsonb,
    version         bigint not null default 1,
    created_at      timestamptz not null default now(),
    updated_at      timestamptz not null default now(),
    deleted_at      timestamptz,
    primary key (org_id, id),
    check ((converted_at is null) = (conversion is null)),
    foreign key (org_id, status_id) references choice (org_id, id),
    foreign key (org_id, source_id) references choice (org_id, id),
    foreign key (org_id, industry_id) references choice (org_id, id),
    foreign key (org_id, region_id) references choice (org_id, id),
    foreign key (org_id, owner_id) references app_user (org_id, id),
    foreign key (org_id, team_id) references team (org_id, id),
    foreign key (org_id, converted_by) references app_user (org_id, id),
    foreign key (org_id, converted_account_id) references account (org_id, id),
    foreign key (org_id, converted_contact_id) references contact (org_id, id),
    foreign key (org_id, converted_opportunity_id) references opportunity (org_id, id)
);
create unique index lead_external_id_key on lead (org_id, external_id) where deleted_at is null;
create index lead_name on lead (org_id, name_sort, id) where deleted_at is null;
create index lead_company on lead (org_id, company_sort, id) where deleted_at is null;
create index lead_created on lead (org_id, created_at, id) where deleted_at is null;
create index lead_updated on lead (org_id, updated_at, id) where deleted_at is null;
create index lead_converted on lead (org_id, converted_at, id) where deleted_at is null;
create index lead_owner on lead (org_id, owner_id, created_at, id) where deleted_at is null;
create index lead_team on lead (org_id, team_id, created_at, id) where deleted_at is null;
create index lead_status on lead (org_id, status_id, created_at, id) where deleted_at is null;
create index lead_source on lead (org_id, source_id, created_at, id) where deleted_at is null;
create index lead_industry on lead (org_id, industry_id, created_at, id) where deleted_at is null;
create index lead_region on lead (org_id, region_id, created_at, id) where deleted_at is null;
create index lead_rating on lead (org_id, rating, created_at, id) where deleted_at is null and rating is not null;
create index lead_country on lead (org_id, country_key, created_at, id) where deleted_at is null and country is not null;
create index lead_address on lead (org_id, email) where deleted_at is null and email is not null;
create index lead_import on lead (org_id, import_id) where import_id is not null;
create index lead_of_account on lead (org_id, converted_account_id) where converted_account_id is not null;
create index lead_of_contact on lead (org_id, converted_contact_id) where converted_contact_id is not null;
create index lead_of_opportunity on lead (org_id, converted_opportunity_id) where converted_opportunity_id is not null;
create index lead_search on lead using gin (org_id, search);

do $$
declare
    slot text;
    n int;
begin
    for n in 1..4 loop
        execute format('alter table lead add column custom_number_%s bigint, add column custom_text_%s text', n, n);
        if n <= 2 then
            execute format('alter table lead add column custom_date_%s date', n);
        end if;
    end loop;
    foreach slot in array array['number_1', 'number_2', 'number_3', 'number_4', 'date_1', 'date_2', 'text_1', 'text_2', 'text_3', 'text_4'] loop
        execute format('create index lead_custom_%1$s on lead (org_id, custom_%1$s, id) where deleted_at is null and custom_%1$s is not null', slot);
        if slot like 'text%' then
            execute format('create index lead_custom_%1$s_listed on lead (org_id, custom_%1$s, created_at, id) where deleted_at is null and custom_%1$s is not null', slot);
        end if;
    end loop;
end $$;

-- Tasks, activities and events about a lead.
alter table task add column lead_id uuid, add foreign key (org_id, lead_id) references lead (org_id, id) on delete cascade;
create index task_lead on task (org_id, lead_id) where lead_id is not null;
alter table activity add column lead_id uuid, add foreign key (org_id, lead_id) references lead (org_id, id) on delete cascade;
create index activity_lead on activity (org_id, lead_id, occurred_at) where lead_id is not null;
alter table event add column lead_id uuid;
create index event_lead on event (org_id, lead_id, at, id) where lead_id is not null;

alter table record_share drop constraint record_share_object_check;
alter table record_share add constraint record_share_object_check check (object in ('opportunity', 'account', 'contact', 'lead', 'task'));
alter table custom_field drop constraint custom_field_object_check;
alter table custom_field add constraint custom_field_object_check check (object in ('opportunity', 'account', 'contact', 'lead'));
alter table rule drop constraint rule_object_check;
alter table rule add constraint rule_object_check check (object in ('opportunity', 'account', 'contact', 'lead', 'task'));
alter table import drop constraint import_object_check;
alter table import add constraint import_object_check check (object in ('opportunity', 'account', 'contact', 'lead', 'product', 'user'));

-- The built-in roles' rights to leads, as to accounts and contacts.
update role set grants = grants || '{"lead.read": "all", "lead.create": "all", "lead.update": "all", "lead.delete": "all"}'
    where builtin = 'administrator';
update role set grants = grants || '{"lead.read": "all", "lead.create": "all", "lead.update": "team", "lead.delete": "team"}'
    where builtin = 'sales_manager';
update role set grants = grants || '{"lead.read": "all", "lead.create": "own", "lead.update": "own", "lead.delete": "own"}'
    where builtin = 'sales_rep';
update role set grants = grants || '{"lead.read": "all"}' where builtin = 'read_only';
