-- Candidates for a search. Full-text and trigram operators are not leakproof, so under row-level security no index
-- would serve them; these functions run as dealwright_search, which sees the organisation's rows and nothing else, and
-- answer ids only. The caller reads the rows again under its own policies.

-- Words known to the organisation that are close to `word`, closest first: what a typing mistake may have meant.
create or replace function app.similar_words(word text) returns setof text
    language sql stable security definer set search_path = public, pg_temp as $$
    select s.word from search_word s where s.org_id = app.org() and s.word % $1 and similarity(s.word, $1) > 0.35
    order by similarity(s.word, $1) desc, s.word limit 5
$$;

-- Ids of opportunities that match, newest first; only those of `owners` when given, so that a rep's page fills at once.
create or replace function app.match_opportunities(query text, owner uuid, at_most int, skip int) returns setof uuid
    language sql stable security definer set search_path = public, pg_temp as $$
    select o.id from opportunity o
    where o.org_id = app.org() and o.search @@ query::tsquery and o.deleted_at is null and ($2 is null or o.owner_id = $2)
    limit at_most offset skip
$$;

create or replace function app.match_accounts(query text, at_most int, skip int) returns setof uuid
    language sql stable security definer set search_path = public, pg_temp as $$
    select a.id from account a where a.org_id = app.org() and a.search @@ query::tsquery and a.deleted_at is null limit at_most offset skip
$$;

create or replace function app.match_contacts(query text, at_most int, skip int) returns setof uuid
    language sql stable security definer set search_path = public, pg_temp as $$
    select c.id from contact c where c.org_id = app.org() and c.search @@ query::tsquery and c.deleted_at is null limit at_most offset skip
$$;

do $$
declare
    f regprocedure;
begin
    foreach f in array array['app.similar_words(text)', 'app.match_opportunities(text, uuid, int, int)',
                             'app.match_accounts(text, int, int)', 'app.match_contacts(text, int, int)']::regprocedure[] loop
        execute format('alter function %s owner to dealwright_search', f);
        execute format('revoke execute on function %s from public', f);
        execute format('grant execute on function %s to dealwright_app', f);
    end loop;
end $$;
