-- Forms by which strangers become leads, what looks like spam, and what has just been sent.

create table web_form (
    org_id          uuid not null references organisation (id) on delete cascade,
    id              uuid not null,
    -- In its public address.
    key             text not null check (key ~ '^[A-Za-z0-9]{22}$'),
    title           text not null check (length(title) between 1 and 200),
    intro           text check (length(intro) <= 2000),
    -- [{"field": "email", "label": null, "required": true}, …]
    fields          jsonb not null,
    source_id       uuid,
    -- Whose a lead becomes that no assignment rule takes.
    owner_id        uuid not null,
    -- In whose name leads come: a service account that may do nothing else.
    actor_id        uuid not null,
    thanks          text not null check (length(thanks) between 1 and 2000),
    redirect_url    text check (length(redirect_url) <= 2000 and redirect_url ~ '^https?://'),
    -- Whose pages may show it in a frame.
    origins         text[] not null default '{}' check (cardinality(origins) <= 20),
    active          boolean not null,
    version         bigint not null default 1,
    created_at      timestamptz not null default now(),
    updated_at      timestamptz not null default now(),
    primary key (org_id, id),
    foreign key (org_id, source_id) references choice (org_id, id),
    foreign key (org_id, owner_id) references app_user (org_id, id),
    foreign key (org_id, actor_id) references app_user (org_id, id)
);
create unique index web_form_key on web_form (key);

-- What a form was sent and looks like spam, until somebody decides.
create table web_form_entry (
    org_id      uuid not null,
    id          uuid not null,
    form_id     uuid not null,
    answers     jsonb not null,
    reason      text not null check (reason in ('honeypot', 'no_token', 'too_fast', 'expired', 'foreign_origin')),
    at          timestamptz not null,
    primary key (org_id, id),
    foreign key (org_id, form_id) references web_form (org_id, id) on delete cascade
);
create index web_form_entry_of on web_form_entry (org_id, form_id, at);

-- What has just been sent, by its digest: the same again within a minute is not stored twice.
create table web_form_receipt (
    org_id      uuid not null,
    form_id     uuid not null,
    digest      bytea not null check (length(digest) = 32),
    at          timestamptz not null,
    primary key (org_id, form_id, digest),
    foreign key (org_id, form_id) references web_form (org_id, id) on delete cascade
);
create index web_form_receipt_at on web_form_receipt (at);
