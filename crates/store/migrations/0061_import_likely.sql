-- What rows of an import probably are already, and what a person decided about each.

alter table import_row
    -- [{"record_id": … or "row": …, "name": …, "score": …, "reasons": […]}]
    add column likely jsonb,
    add column choice text check (choice in ('create', 'update', 'skip')),
    -- The record that is updated.
    add column chosen_id uuid;
create index import_row_likely on import_row (org_id, import_id, row) where likely is not null;
