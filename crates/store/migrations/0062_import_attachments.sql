-- Files that rows of an import name by their address: fetched after the rows, each once, and taken back with the import.

create table import_attachment (
    org_id      uuid not null,
    id          uuid not null,
    import_id   uuid not null,
    row         bigint not null,
    object      text not null check (object in ('opportunity', 'account', 'contact', 'lead')),
    record_id   uuid not null,
    url         text not null check (length(url) between 1 and 2000),
    state       text not null default 'waiting' check (state in ('waiting', 'done', 'failed', 'removed')),
    -- Why it could not be fetched.
    reason      text,
    file_id     uuid,
    primary key (org_id, id),
    unique (org_id, import_id, record_id, url),
    foreign key (org_id, import_id) references import (org_id, id) on delete cascade
);
create index import_attachment_state on import_attachment (org_id, import_id, state, row, id);
create index import_attachment_record on import_attachment (org_id, record_id) where state = 'done';
