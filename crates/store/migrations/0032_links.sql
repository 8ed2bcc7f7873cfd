-- What hangs on an account or a contact, in the trash too: merges and the end of the trash look for all of it, and so does
-- PostgreSQL before it lets a record go.

create index opportunity_of_account on opportunity (org_id, account_id) where account_id is not null;
create index opportunity_of_contact on opportunity (org_id, primary_contact_id) where primary_contact_id is not null;
create index contact_of_account on contact (org_id, account_id) where account_id is not null;
create index record_merge_winner on record_merge (org_id, object, winner_id) where undone_at is null;
