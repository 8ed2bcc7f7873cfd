-- Validation rules: expressions that must be true of a record when it is written.
create table rule (
    org_id      uuid not null references organisation (id) on delete cascade,
    id          uuid not null,
    object      text not null check (object in ('opportunity', 'account', 'contact', 'task')),
    name        text not null check (length(name) between 1 and 200),
    expression  text not null check (length(expression) between 1 and 2000),
    message     text not null check (length(message) between 1 and 500),
    -- The field that the message lands on.
    field       text not null check (length(field) between 1 and 100),
    active      boolean not null,
    version     bigint not null default 1,
    created_at  timestamptz not null default now(),
    updated_at  timestamptz not null default now(),
    primary key (org_id, id)
);
create unique index rule_name_key on rule (org_id, object, lower(name));

-- Administrators of organisations that are there already.
update role set grants = grants || '{"rule.read": "all", "rule.create": "all", "rule.update": "all", "rule.delete": "all"}'
where builtin = 'administrator';
