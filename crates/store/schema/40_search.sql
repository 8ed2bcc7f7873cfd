-- Candidates for a search. Full-text and trigram operators are not leakproof, so under row-level security no index
-- would serve them; these functions run as dealwright_search, which sees the organisation's rows and nothing else, and
-- answer ids only. The caller reads the rows again under its own policies.

-- Words known to the organisation that are close to `word`, closest first: what a typing mistake may have meant.
create or replace function app.similar_words(word text) returns setof text
    language sql stable security definer set search_path = public, pg_temp as $$
    select s.word from search_word s where s.org_id = app.org() and s.word % $1 and similarity(s.word, $1) > 0.35
    order by similarity(s.word, $1) desc, s.word limit 5
$$;

-- Ids of opportunities that match; only those of an owner or of teams when given, so that the candidates are not all
-- hidden from who asks.
create or replace function app.match_opportunities(query text, owner uuid, teams uuid[], at_most int) returns setof uuid
    language sql stable security definer set search_path = public, pg_temp as $$
    select o.id from opportunity o
    where o.org_id = app.org() and o.search @@ app.fold(query)::tsquery and o.deleted_at is null
      and (owner is null or o.owner_id = owner) and (teams is null or o.team_id = any (teams))
    limit at_most
$$;

create or replace function app.match_accounts(query text, at_most int) returns setof uuid
    language sql stable security definer set search_path = public, pg_temp as $$
    select a.id from account a where a.org_id = app.org() and a.search @@ app.fold(query)::tsquery and a.deleted_at is null limit at_most
$$;

create or replace function app.match_contacts(query text, at_most int) returns setof uuid
    language sql stable security definer set search_path = public, pg_temp as $$
    select c.id from contact c where c.org_id = app.org() and c.search @@ app.fold(query)::tsquery and c.deleted_at is null limit at_most
$$;

do $$
declare
    f regprocedure;
begin
    foreach f in array array['app.similar_words(text)', 'app.match_opportunities(text, uuid, uuid[], int)',
                             'app.match_accounts(text, int)', 'app.match_contacts(text, int)']::regprocedure[] loop
        execute format('alter function %s owner to dealwright_search', f);
        execute format('revoke execute on function %s from public', f);
        execute format('grant execute on function %s to dealwright_app', f);
    end loop;
end $$;
