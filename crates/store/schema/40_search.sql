-- Candidates for a search. Full-text and trigram operators are not leakproof: no index serves them beside a condition of
-- row-level security. So these functions run as dealwright_search, a role that nobody can log in as and whose policies
-- have no condition; each names the actor's organisation itself, and answers ids or words only. The caller reads the rows
-- again under its own policies.

drop function if exists app.match_opportunities(text, uuid, uuid[], int);
drop function if exists app.match_accounts(text, int);
drop function if exists app.match_contacts(text, int);
drop function if exists app.similar_words(text);


-- A lexeme as a tsquery has it.
create or replace function app.lexeme(word text) returns text language sql immutable parallel safe strict
    as $$ select '''' || replace(replace(word, '\', '\\'), '''', '''''') || '''' $$;

-- What a typed word may stand for, as part of a tsquery: the organisation's words that begin with it or, when none does,
-- those it may be a mistyping of. Whole words and not the prefix itself, as far as they are few: the index intersects
-- them quickly, while it has to read all of a prefix.
create or replace function app.search_term(typed text) returns text
    language plpgsql stable security definer set search_path = public, pg_temp set enable_bitmapscan = on as $$
declare
    few constant int := 8;
    org constant uuid := app.org();
    folded constant text := app.fold(typed);
    known text[];
begin
    if not app.is_word(folded) then
        return app.lexeme(folded) || case when length(folded) > 2 then ':*' else '' end;
    end if;
    select array_agg(s.word order by length(s.word), s.word) into known from (
        select w.word from search_word w
        where w.org_id = org and w.word collate "C" >= folded and w.word collate "C" < folded || chr(1114111)
        order by length(w.word), w.word limit few + 1) as s;
    -- Of very many, the closest do when the word is whole or has just been begun.
    if cardinality(known) > few and length(folded) > 2 and known[1] <> folded then
        return app.lexeme(folded) || ':*';
    end if;
    if known is null and length(folded) > 3 then
        select array_agg(s.word) into known from (
            select w.word from search_word w where w.org_id = org and w.word % folded and similarity(w.word, folded) > 0.35
            order by similarity(w.word, folded) desc, w.word limit 5) as s;
    end if;
    -- What nothing comes near to stands for itself, and finds nothing.
    return (select string_agg(distinct app.lexeme(k), ' | ') from unnest(known[:few] || folded) as k);
end $$;

-- The tsquery of what was typed: every word must match.
create or replace function app.search_query(typed text[]) returns text
    language sql stable security definer set search_path = public, pg_temp as $$
    select string_agg('(' || app.search_term(t.word) || ')', ' & ') from unnest(typed) as t (word)
$$;

-- Ids of the records that match, the last changed first. A common word is soon found among the records that were changed
-- last; what is not is rare, and the text index leads to it. Each statement has one plan that is kept: planning would take
-- longer than running it. How many are looked at is a balance: a word too rare for them has so few matches that the index
-- brings them as quickly.

-- Whether a query may match a great many: several words together are rare.
drop function if exists app.may_be_common(text, int);
create or replace function app.may_be_common(query text) returns boolean language sql immutable parallel safe
    as $$ select strpos(query, ' & ') = 0 $$;

-- Of an owner, or of teams and the actor, when given, so that the candidates are not all hidden from who asks.
create or replace function app.match_opportunities(query text, owner uuid, teams uuid[], at_most int) returns setof uuid
    language plpgsql stable security definer set search_path = public, pg_temp set enable_bitmapscan = on set plan_cache_mode = force_generic_plan as $$
declare
    org constant uuid := app.org();
    me constant uuid := app.actor();
    wanted constant tsquery := query::tsquery;
    recent uuid[];
begin
    if owner is not null then
        return query select t.id from opportunity t
            where t.org_id = org and t.owner_id = owner and t.search @@ wanted and t.deleted_at is null
            order by t.updated_at desc, t.id desc limit at_most;
        return;
    end if;
    if app.may_be_common(query) then
        select array_agg(r.id order by r.updated_at desc, r.id desc) into recent from (
            select l.id, l.updated_at from (
                select t.id, t.updated_at, t.search from opportunity t
                where t.org_id = org and t.deleted_at is null and (teams is null or t.team_id = any (teams) or t.owner_id = me)
                order by t.updated_at desc, t.id desc limit 2500) as l
            where l.search @@ wanted limit at_most) as r;
        -- The search box shows a few: a third of the candidates are the newest all the same, and the rest would be older.
        if cardinality(recent) = at_most or (at_most <= 50 and cardinality(recent) * 3 >= at_most) then
            return query select unnest(recent);
            return;
        end if;
        -- One in twenty: of a million, the index would have to read fifty thousand and sort them.
        if cardinality(recent) >= 125 then
            return query select l.id from (
                    select t.id, t.search from opportunity t
                    where t.org_id = org and t.deleted_at is null and (teams is null or t.team_id = any (teams) or t.owner_id = me)
                    order by t.updated_at desc, t.id desc limit 25000) as l
                where l.search @@ wanted limit at_most;
            return;
        end if;
    end if;
    return query select t.id from opportunity t
        where t.org_id = org and t.search @@ wanted and t.deleted_at is null and (teams is null or t.team_id = any (teams) or t.owner_id = me)
        order by t.updated_at desc, t.id desc limit at_most;
end $$;

-- Ids of opportunities by a pattern of their names in lower case, in no order.
create or replace function app.match_names(pattern text, owner uuid, teams uuid[], at_most int) returns setof uuid
    language plpgsql stable security definer set search_path = public, pg_temp set enable_bitmapscan = on set plan_cache_mode = force_generic_plan
    set enable_seqscan = off as $$
declare
    org constant uuid := app.org();
    me constant uuid := app.actor();
begin
    if owner is not null then
        return query select t.id from opportunity t
            where t.org_id = org and t.owner_id = owner and t.name_sort like pattern and t.deleted_at is null limit at_most;
        return;
    end if;
    return query select t.id from opportunity t
        where t.org_id = org and t.name_sort like pattern and t.deleted_at is null and (teams is null or t.team_id = any (teams) or t.owner_id = me) limit at_most;
end $$;

create or replace function app.match_accounts(query text, at_most int) returns setof uuid
    language plpgsql stable security definer set search_path = public, pg_temp set enable_bitmapscan = on set plan_cache_mode = force_generic_plan as $$
declare
    org constant uuid := app.org();
    wanted constant tsquery := query::tsquery;
    recent uuid[];
begin
    if at_most <= 50 and app.may_be_common(query) then
        select array_agg(r.id order by r.updated_at desc, r.id desc) into recent from (
            select l.id, l.updated_at from (
                select t.id, t.updated_at, t.search from account t
                where t.org_id = org and t.deleted_at is null
                order by t.updated_at desc, t.id desc limit 500) as l
            where l.search @@ wanted limit at_most) as r;
        if cardinality(recent) = at_most then
            return query select unnest(recent);
            return;
        end if;
    end if;
    return query select t.id from account t
        where t.org_id = org and t.search @@ wanted and t.deleted_at is null
        order by t.updated_at desc, t.id desc limit at_most;
end $$;

create or replace function app.match_contacts(query text, at_most int) returns setof uuid
    language plpgsql stable security definer set search_path = public, pg_temp set enable_bitmapscan = on set plan_cache_mode = force_generic_plan as $$
declare
    org constant uuid := app.org();
    wanted constant tsquery := query::tsquery;
    recent uuid[];
begin
    if at_most <= 50 and app.may_be_common(query) then
        select array_agg(r.id order by r.updated_at desc, r.id desc) into recent from (
            select l.id, l.updated_at from (
                select t.id, t.updated_at, t.search from contact t
                where t.org_id = org and t.deleted_at is null
                order by t.updated_at desc, t.id desc limit 1000) as l
            where l.search @@ wanted limit at_most) as r;
        if cardinality(recent) * 2 >= at_most then
            return query select unnest(recent);
            return;
        end if;
    end if;
    return query select t.id from contact t
        where t.org_id = org and t.search @@ wanted and t.deleted_at is null
        order by t.updated_at desc, t.id desc limit at_most;
end $$;

-- Whether an account is another one or stands anywhere below it, hidden ones on the way included: a ring through what the
-- actor can't see is a ring all the same.
create or replace function app.account_is_below(account uuid, above uuid) returns boolean
    language sql stable security definer set search_path = public, pg_temp as $$
    with recursive up as (
        select a.id, a.parent_id from account a where a.org_id = app.org() and a.id = account
        union
        select a.id, a.parent_id from account a join up on a.org_id = app.org() and a.id = up.parent_id
    )
    select exists (select from up where up.id = above)
$$;

do $$
declare
    f regprocedure;
begin
    foreach f in array array['app.account_is_below(uuid, uuid)', 'app.search_term(text)', 'app.search_query(text[])', 'app.match_opportunities(text, uuid, uuid[], int)',
                             'app.match_names(text, uuid, uuid[], int)', 'app.match_accounts(text, int)',
                             'app.match_contacts(text, int)']::regprocedure[] loop
        execute format('alter function %s owner to dealwright_search', f);
        execute format('revoke execute on function %s from public', f);
    end loop;
    foreach f in array array['app.account_is_below(uuid, uuid)', 'app.search_query(text[])', 'app.match_opportunities(text, uuid, uuid[], int)',
                             'app.match_names(text, uuid, uuid[], int)', 'app.match_accounts(text, int)',
                             'app.match_contacts(text, int)']::regprocedure[] loop
        execute format('grant execute on function %s to dealwright_app', f);
    end loop;
end $$;
