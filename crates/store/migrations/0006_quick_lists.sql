-- Open deals in the orders in which closed ones come first: without these, a list of open deals by close date reads past
-- every deal that was ever closed.
create index opportunity_open_created on opportunity (org_id, created_at, id) where deleted_at is null and closed_at is null;
create index opportunity_open_updated on opportunity (org_id, updated_at, id) where deleted_at is null and closed_at is null;
create index opportunity_open_close_date on opportunity (org_id, close_date, id) where deleted_at is null and closed_at is null;
create index opportunity_open_stage_entered on opportunity (org_id, stage_entered_at, id) where deleted_at is null and closed_at is null;
create index opportunity_open_probability on opportunity (org_id, probability, id) where deleted_at is null and closed_at is null;
create index opportunity_open_expected on opportunity (org_id, expected_base, id) where deleted_at is null and closed_at is null;

-- The search completes from its dictionary as one types; short words and those with digits belong to it too from here on.
insert into search_word (org_id, word)
select distinct r.org_id, w.word from (
    select org_id, search from account union all select org_id, search from contact union all select org_id, search from opportunity
) as r, unnest(tsvector_to_array(r.search)) as w (word)
where length(w.word) between 2 and 40 and w.word ~ '^[[:alnum:]]*[[:alpha:]][[:alnum:]]*$'
on conflict do nothing;
create index search_word_prefix on search_word (org_id, word collate "C");

-- The search of whoever sees only their own.
create index opportunity_own_search on opportunity using gin (owner_id, search);
