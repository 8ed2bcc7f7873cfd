-- Who sees materials and passages, what passages are made of, and how candidates for an answer are found.

call app.secure('material');
create policy read on material for select to dealwright_app using (org_id = (select app.org()) and (select app.scope('material.read')) = 'all'
    and ((published and archived_at is null) or 'all' in ((select app.scope('material.update')), (select app.scope('material.delete')))));
create policy add on material for insert to dealwright_app
    with check (org_id = (select app.org()) and (select app.scope('material.create')) = 'all');
create policy change on material for update to dealwright_app
    using (org_id = (select app.org()) and (select app.scope('material.update')) = 'all') with check (org_id = (select app.org()));
create policy remove on material for delete to dealwright_app
    using (org_id = (select app.org()) and (select app.scope('material.delete')) = 'all');
grant select, insert, update, delete on material to dealwright_app;

-- Earlier versions are for who writes.
call app.secure('material_version');
create policy read on material_version for select to dealwright_app
    using (org_id = (select app.org()) and (select app.scope('material.update')) = 'all');
create policy add on material_version for insert to dealwright_app with check (org_id = (select app.org())
    and 'all' in ((select app.scope('material.create')), (select app.scope('material.update'))));
grant select, insert on material_version to dealwright_app;

-- Whether the actor sees what passages were made of, as it is at this moment: by the record's own policy, and not in the trash.
-- One statement for each kind, of which one is made ready: it is asked for each candidate of an answer.
create or replace function app.sees_source(source text, which uuid) returns boolean
    language plpgsql stable set search_path = public, pg_temp as $$
declare
    org constant uuid := app.org();
begin
    if source = 'opportunity' then
        return exists (select from opportunity o where o.org_id = org and o.id = which and o.deleted_at is null);
    elsif source = 'account' then
        return exists (select from account a where a.org_id = org and a.id = which and a.deleted_at is null);
    elsif source = 'contact' then
        return exists (select from contact c where c.org_id = org and c.id = which and c.deleted_at is null);
    elsif source = 'lead' then
        return exists (select from lead l where l.org_id = org and l.id = which and l.deleted_at is null);
    elsif source = 'activity' then
        return app.scope('activity.read') <> 'none' and exists (select from activity a where a.org_id = org and a.id = which and a.deleted_at is null
            and not app.in_trash(a.opportunity_id, a.account_id, a.contact_id, a.lead_id));
    elsif source = 'file' then
        return exists (select from file f where f.org_id = org and f.id = which and f.deleted_at is null
            and not app.in_trash(f.opportunity_id, f.account_id, f.contact_id, f.lead_id));
    elsif source = 'material' then
        return exists (select from material m where m.org_id = org and m.id = which and m.published and m.archived_at is null);
    end if;
    return false;
end $$;

-- Whether what something is about is in the trash, as far as the actor sees it.
create or replace function app.in_trash(of_opportunity uuid, of_account uuid, of_contact uuid, of_lead uuid) returns boolean
    language plpgsql stable set search_path = public, pg_temp as $$
declare
    org constant uuid := app.org();
begin
    if of_opportunity is not null then
        return exists (select from opportunity o where o.org_id = org and o.id = of_opportunity and o.deleted_at is not null);
    elsif of_account is not null then
        return exists (select from account a where a.org_id = org and a.id = of_account and a.deleted_at is not null);
    elsif of_contact is not null then
        return exists (select from contact c where c.org_id = org and c.id = of_contact and c.deleted_at is not null);
    elsif of_lead is not null then
        return exists (select from lead l where l.org_id = org and l.id = of_lead and l.deleted_at is not null);
    end if;
    return false;
end $$;

call app.secure('knowledge_source');
create policy read on knowledge_source for select to dealwright_app using (org_id = (select app.org()) and app.sees_source(source, id));
create policy search on knowledge_source for select to dealwright_search using (true);
call app.open_to_system('knowledge_source');
call app.secure('knowledge_chunk');
create policy read on knowledge_chunk for select to dealwright_app using (org_id = (select app.org()) and app.sees_source(source, source_id));
create policy search on knowledge_chunk for select to dealwright_search using (true);
call app.open_to_system('knowledge_chunk');
-- A vector tells what its text does; nobody but the search compares them.
call app.secure('knowledge_vector');
create policy search on knowledge_vector for select to dealwright_search using (true);
call app.open_to_system('knowledge_vector');
call app.secure('knowledge_term');
create policy search on knowledge_term for select to dealwright_search using (true);
call app.open_to_system('knowledge_term');
call app.secure('knowledge_pending');
call app.open_to_system('knowledge_pending');
call app.secure('knowledge_embedding');
call app.open_to_system('knowledge_embedding');
-- How far the index is, for who administers the organisation.
call app.secure('knowledge_index');
create policy administer on knowledge_index to dealwright_app
    using (org_id = (select app.org()) and (select app.scope('organisation.update')) = 'all')
    with check (org_id = (select app.org()) and (select app.scope('organisation.update')) = 'all');
create policy search on knowledge_index for select to dealwright_search using (true);
call app.open_to_system('knowledge_index');

grant select on knowledge_source, knowledge_chunk to dealwright_app;
grant select, insert, update on knowledge_index to dealwright_app;
grant select on knowledge_source, knowledge_chunk, knowledge_vector, knowledge_term, knowledge_index to dealwright_search;
grant select, insert, update, delete on knowledge_source, knowledge_chunk, knowledge_vector, knowledge_term, knowledge_pending,
    knowledge_embedding, knowledge_index to dealwright_system;
-- What a question's facts are compared with.
create policy search on stage for select to dealwright_search using (true);
grant select on stage to dealwright_search;

-- The words of a passage: those of its heading, and its own. By the rules of English, which leave other languages' words nearly
-- as they are.
create or replace function app.passage_words(heading text, said text) returns tsvector language sql immutable parallel safe
    as $$ select to_tsvector('english', app.fold(heading || ' ' || said)) $$;

-- How much a word says about a passage (BM25, k1 = 1.2, b = 0.75). How often it stands there is read off its rank, which is the
-- sum of 1/j² over its places divided by π²/6: what that sum lacks is the inverse of the number, nearly. One expression in
-- which each argument stands once, so that it becomes part of the query.
create or replace function app.weight(words tsvector, term tsquery, rarity float8, long float8) returns float8 language sql immutable parallel safe as $$
    select rarity * 2.2 / (1 + (0.3 + 0.9 * long)
        / greatest(1 / greatest(1.6449340668 * (1 - ts_rank('{1,1,1,1}', words, term)::float8), 0.0005) - 0.6079271, 1e-9))
$$;

-- The extension is loaded, so that its settings below are known ones.
do $$ begin perform '[1]'::halfvec; end $$;

-- Candidates for an answer: ids of passages that are near in meaning or share words, whoever may see them, as near as the settings
-- of the actor tell; the caller reads them again under its own policies. What the actor reaches is looked for record by record
-- when that is little, and then compared exactly; else by the indexes, which are followed until enough has been met that the
-- actor reaches.
create or replace function app.match_passages(asked text, meaning real[], by_model text, of_sources text[], of_kinds text[], without_fields text[],
        outcome text, industries uuid[], regions uuid[], competitors uuid[], by_deal boolean, by_account boolean, at_most int)
    returns table (id uuid, distance float8, score float8, opportunity_id uuid, account_id uuid, contact_id uuid, lead_id uuid)
    language plpgsql stable security definer set search_path = public, pg_temp set enable_bitmapscan = on set jit = off
    set hnsw.ef_search = 120 set hnsw.iterative_scan = relaxed_order set hnsw.max_scan_tuples = 40000 as $$
declare
    few constant int := 4000;
    -- Passages whose words are weighed.
    pool constant int := 1500;
    org constant uuid := app.org();
    me constant uuid := app.actor();
    object text;
    scope text;
    fact text := '';
    chosen constant text := ' and s.source = any ($3)';
    branches text[] := '{}';
    reach text := '';
    among uuid[];
    narrow boolean;
    width int;
    terms tsquery[];
    rarities float8[];
    shares float8[];
    total float8;
    mean float8;
    matching text := '';
    expected float8 := 0;
    near text := 'select null::uuid as id, null::float8 as distance where false';
    said text := 'select null::uuid as id, null::float8 as score where false';
    which text := '';
begin
    if outcome is not null or industries is not null or regions is not null or competitors is not null then
        fact := ' and exists (select from opportunity d join stage g on g.org_id = d.org_id and g.id = d.stage_id
            where d.org_id = s.org_id and d.id = s.opportunity_id and d.deleted_at is null
              and ($4 is null or g.kind = $4)
              and ($7 is null or d.lost_to_id = any ($7))
              and ($5 is null or ($8 and d.industry_id = any ($5)) or ($9 and exists (select from account b where b.org_id = d.org_id and b.id = d.account_id and b.industry_id = any ($5))))
              and ($6 is null or ($8 and d.region_id = any ($6)) or ($9 and exists (select from account b where b.org_id = d.org_id and b.id = d.account_id and b.region_id = any ($6)))))';
    end if;
    foreach object in array array['opportunity', 'account', 'contact', 'lead'] loop
        scope := app.scope(object || '.read');
        if scope = 'all' then
            branches := branches || format('(select s.id from knowledge_source s where s.org_id = $1 and s.%I is not null and not s.private%s%s)',
                object || '_id', chosen, fact);
            reach := reach || format(' when s.%I is not null then true', object || '_id');
        elsif scope <> 'none' then
            branches := branches || format('(select s.id from %1$I r join knowledge_source s on s.org_id = r.org_id and s.%2$I = r.id
                where r.org_id = $1 and r.owner_id = $2 and r.deleted_at is null and not s.private%3$s%4$s)', object, object || '_id', chosen, fact);
            if scope = 'team' then
                branches := branches || format('(select s.id from %1$I r join knowledge_source s on s.org_id = r.org_id and s.%2$I = r.id
                    where r.org_id = $1 and r.team_id = any ((select app.teams(%5$L))::uuid[]) and r.deleted_at is null and not s.private%3$s%4$s)',
                    object, object || '_id', chosen, fact, object || '.read');
            end if;
            if app.principals() <> '{}' then
                branches := branches || format('(select s.id from knowledge_source s where s.org_id = $1 and s.%I = any (array(select app.shared(%L, ''read''))) and not s.private%s%s)',
                    object || '_id', object, chosen, fact);
            end if;
            reach := reach || format(' when s.%2$I is not null then exists (select from %1$I r where r.org_id = s.org_id and r.id = s.%2$I
                and (r.owner_id = $2 or r.team_id = any ((select app.teams(%3$L))::uuid[]))) or s.%2$I in (select app.shared(%1$L, ''read''))', object, object || '_id', object || '.read');
        end if;
    end loop;
    -- One's own activities, whatever they are about.
    branches := branches || format('(select s.id from knowledge_source s where s.org_id = $1 and s.author_id = $2%s%s)', chosen, fact);
    if fact = '' then
        branches := branches || format('(select s.id from knowledge_source s where s.org_id = $1 and s.material_id is not null%s)', chosen);
    end if;
    reach := 'case when s.private then s.author_id = $2 when s.author_id = $2 then true when s.material_id is not null then true' || reach || ' else false end'
        || chosen || fact;
    execute format('select array_agg(q.id) from (%s limit %s) q', array_to_string(branches, ' union all '), few + 1) into among
        using org, me, of_sources, outcome, industries, regions, competitors, by_deal, by_account;
    if among is null then
        return;
    end if;
    narrow := cardinality(among) <= few;

    if of_kinds is not null or without_fields <> '{}' then
        which := ' and ($10::text[] is null or c.kind = any ($10)) and not (c.fields && $11)';
    end if;
    if meaning is not null then
        width := cardinality(meaning);
        if narrow then
            near := format('select v.chunk_id as id, v.embedding::halfvec(%1$s) <=> $12::halfvec(%1$s) as distance
                from (select distinct a.id from unnest($13) as a (id)) as a
                join knowledge_vector v on v.org_id = $1 and v.source_id = a.id and v.dimension = %1$s and v.model = $14
                %2$s order by 2 limit $15', width,
                case when which <> '' then 'join knowledge_chunk c on c.org_id = v.org_id and c.id = v.chunk_id where true' || which else '' end);
        else
            near := format('select v.chunk_id as id, v.embedding::halfvec(%1$s) <=> $12::halfvec(%1$s) as distance
                from knowledge_vector v join knowledge_source s on s.org_id = v.org_id and s.id = v.source_id %2$s
                where v.org_id = $1 and v.dimension = %1$s and v.model = $14 and %3$s %4$s
                order by v.embedding::halfvec(%1$s) <=> $12::halfvec(%1$s) limit $15', width,
                case when which <> '' then 'join knowledge_chunk c on c.org_id = v.org_id and c.id = v.chunk_id' else '' end, reach, which);
        end if;
    end if;

    if asked <> '' then
        select greatest(i.passages, 1), greatest(i.mean_length, 1) into total, mean from knowledge_index i where i.org_id = org;
        total := coalesce(total, 1);
        mean := coalesce(mean, 60);
        -- The rarest words first; those that nothing has counted yet are as rare as can be.
        select array_agg(app.lexeme(w.word)::tsquery order by w.share), array_agg(ln(1 + (1 - w.share + 0.5 / total) / (w.share + 0.5 / total)) order by w.share),
               array_agg(w.share order by w.share)
        into terms, rarities, shares from (
            select l as word, least(coalesce(t.share, 0), 1)::float8 as share
            from unnest(tsvector_to_array(to_tsvector('english', app.fold(asked)))) as l
            left join knowledge_term t on t.org_id = org and t.lexeme = l
            order by 2 limit 12) as w;
        if terms is not null then
            for i in 1 .. cardinality(terms) loop
                exit when not narrow and i > 1 and expected + shares[i] * total > pool;
                expected := expected + shares[i] * total;
                matching := matching || case when i > 1 then ' | ' else '' end || terms[i]::text;
            end loop;
            -- Of a word that very many have, those are looked at first that have another one too.
            if not narrow and expected > pool and cardinality(terms) > 1 then
                matching := terms[1]::text || ' & (' || (select string_agg(t::text, ' | ') from unnest(terms[2:]) as t) || ')';
            end if;
            said := format('select w.id, (select sum(app.weight(w.words, t.term, t.rarity, w.length / $16)) from unnest($17::tsquery[], $18::float8[]) as t (term, rarity)) as score
                from (%s) w order by 2 desc limit $15', case when narrow then
                    'select c.id, c.words, c.length from (select distinct a.id from unnest($13) as a (id)) as a
                     join knowledge_chunk c on c.org_id = $1 and c.source_id = a.id where c.words @@ $19::tsquery' || which
                else
                    'select c.id, c.words, c.length from knowledge_chunk c join knowledge_source s on s.org_id = c.org_id and s.id = c.source_id
                     where c.org_id = $1 and c.words @@ $19::tsquery and ' || reach || which || ' limit ' || pool
                end);
        end if;
    end if;
    return query execute format('with near as materialized (%s), said as materialized (%s)
        select c.id, n.distance, w.score, s.opportunity_id, coalesce(s.account_id, o.account_id, k.account_id), s.contact_id, s.lead_id
        from near n full join said w on w.id = n.id
        join knowledge_chunk c on c.org_id = $1 and c.id = coalesce(n.id, w.id)
        join knowledge_source s on s.org_id = c.org_id and s.id = c.source_id
        left join opportunity o on o.org_id = s.org_id and o.id = s.opportunity_id
        left join contact k on k.org_id = s.org_id and k.id = s.contact_id', near, said)
        using org, me, of_sources, outcome, industries, regions, competitors, by_deal, by_account, of_kinds, without_fields,
              meaning, among, by_model, at_most, mean, terms, rarities, matching;
end $$;
alter function app.match_passages(text, real[], text, text[], text[], text[], text, uuid[], uuid[], uuid[], boolean, boolean, int) owner to dealwright_search;
revoke execute on function app.match_passages(text, real[], text, text[], text[], text[], text, uuid[], uuid[], uuid[], boolean, boolean, int) from public;
grant execute on function app.match_passages(text, real[], text, text[], text[], text[], text, uuid[], uuid[], uuid[], boolean, boolean, int) to dealwright_app;

-- What is to be indexed, for who follows the event log: of things that wait to be read anew, and of no others. What is gone, in the
-- trash or not published is not answered.
create or replace function app.knowledge_texts(org uuid, of_source text, ids uuid[])
    returns table (id uuid, opportunity_id uuid, account_id uuid, contact_id uuid, lead_id uuid, author_id uuid, private boolean, dated timestamptz, said jsonb)
    language plpgsql stable security definer set search_path = public, pg_temp as $$
declare
    waiting constant uuid[] := array(select p.id from knowledge_pending p where p.org_id = org and p.source = of_source and p.id = any (ids));
begin
    if of_source = 'opportunity' then
        return query select o.id, o.id, null::uuid, null::uuid, null::uuid, null::uuid, false, coalesce(o.closed_at, o.updated_at), jsonb_build_object(
                'name', o.name, 'stage', g.name, 'outcome', g.kind, 'pipeline', p.name, 'next_step', o.next_step, 'tags', o.tags,
                'type', app.choice_name(org, o.type_id), 'source', app.choice_name(org, o.source_id),
                'industry', app.choice_name(org, o.industry_id), 'region', app.choice_name(org, o.region_id),
                'lost_reason', app.choice_name(org, o.lost_reason_id), 'lost_notes', o.lost_notes, 'lost_to', app.choice_name(org, o.lost_to_id),
                'won_reason', app.choice_name(org, o.won_reason_id), 'won_notes', o.won_notes,
                'amount_base', o.amount_base, 'currency', (select u.currency from organisation u where u.id = org),
                'created_at', o.created_at, 'closed_at', o.closed_at,
                'competitors', (select jsonb_agg(jsonb_build_object('name', h.name, 'standing', d.standing, 'note', d.note) order by h.name)
                    from deal_competitor d join choice h on h.org_id = d.org_id and h.id = d.competitor_id where d.org_id = org and d.opportunity_id = o.id),
                'custom', app.custom_texts(org, 'opportunity', o.custom))
            from opportunity o join stage g on g.org_id = o.org_id and g.id = o.stage_id join pipeline p on p.org_id = o.org_id and p.id = o.pipeline_id
            where o.org_id = org and o.id = any (waiting) and o.deleted_at is null;
    elsif of_source = 'account' then
        return query select a.id, null::uuid, a.id, null::uuid, null::uuid, null::uuid, false, a.updated_at, jsonb_build_object(
                'name', a.name, 'industry', app.choice_name(org, a.industry_id), 'region', app.choice_name(org, a.region_id), 'country', a.country,
                'employees', a.employees, 'founded_year', a.founded_year, 'tags', a.tags, 'custom', app.custom_texts(org, 'account', a.custom))
            from account a where a.org_id = org and a.id = any (waiting) and a.deleted_at is null;
    elsif of_source = 'contact' then
        return query select c.id, null::uuid, null::uuid, c.id, null::uuid, null::uuid, false, c.updated_at, jsonb_build_object(
                'name', c.name, 'title', c.title, 'tags', c.tags, 'custom', app.custom_texts(org, 'contact', c.custom))
            from contact c where c.org_id = org and c.id = any (waiting) and c.deleted_at is null;
    elsif of_source = 'lead' then
        return query select l.id, null::uuid, null::uuid, null::uuid, l.id, null::uuid, false, l.updated_at, jsonb_build_object(
                'name', l.name, 'company', l.company, 'title', l.title, 'rating', l.rating, 'description', l.description, 'country', l.country,
                'status', app.choice_name(org, l.status_id), 'source', app.choice_name(org, l.source_id), 'industry', app.choice_name(org, l.industry_id),
                'region', app.choice_name(org, l.region_id), 'tags', l.tags, 'custom', app.custom_texts(org, 'lead', l.custom))
            from lead l where l.org_id = org and l.id = any (waiting) and l.deleted_at is null;
    elsif of_source = 'activity' then
        return query select a.id, a.opportunity_id,
                case when a.opportunity_id is null then a.account_id end,
                case when num_nonnulls(a.opportunity_id, a.account_id) = 0 then a.contact_id end,
                case when num_nonnulls(a.opportunity_id, a.account_id, a.contact_id) = 0 then a.lead_id end,
                a.owner_id, a.private, a.occurred_at, jsonb_build_object('kind', a.kind, 'subject', a.subject, 'body', a.body,
                'outcome', app.choice_name(org, a.outcome_id))
            from activity a where a.org_id = org and a.id = any (waiting) and a.deleted_at is null;
    elsif of_source = 'file' then
        return query select f.id, f.opportunity_id, f.account_id, f.contact_id, f.lead_id, null::uuid, false, v.uploaded_at,
                jsonb_build_object('name', f.name, 'text', left(v.text, 400000))
            from file f join file_version v on v.org_id = f.org_id and v.file_id = f.id and v.number = f.latest
            where f.org_id = org and f.id = any (waiting) and f.deleted_at is null and v.state in ('clean', 'unscanned');
    elsif of_source = 'material' then
        return query select m.id, null::uuid, null::uuid, null::uuid, null::uuid, null::uuid, false, m.updated_at,
                jsonb_build_object('kind', m.kind, 'title', m.title, 'summary', m.summary, 'subject', m.subject, 'body', m.body)
            from material m where m.org_id = org and m.id = any (waiting) and m.published and m.archived_at is null;
    end if;
end $$;

create or replace function app.choice_name(org uuid, which uuid) returns text language sql stable
    as $$ select h.name from public.choice h where h.org_id = choice_name.org and h.id = which $$;

-- What is written in free words in the fields that an organisation made: [{"key": …, "label": …, "text": …}]
create or replace function app.custom_texts(org uuid, of_object text, held jsonb) returns jsonb language sql stable as $$
    select jsonb_agg(jsonb_build_object('key', f.key, 'label', f.label, 'text', held ->> f.key) order by f.position, f.key)
    from public.custom_field f
    where held <> '{}' and f.org_id = custom_texts.org and f.object = of_object and f.kind in ('text', 'long_text') and f.archived_at is null
      and length(held ->> f.key) > 0
$$;

-- The next of an organisation's things, for an index of everything; ids alone.
create or replace function app.knowledge_next(org uuid, of_source text, after uuid, at_most int) returns setof uuid
    language plpgsql stable security definer set search_path = public, pg_temp as $$
begin
    return query execute format('select t.id from %I t where t.org_id = $1 and t.id > $2 %s order by t.id limit $3', of_source,
        case of_source when 'material' then 'and t.published and t.archived_at is null' else 'and t.deleted_at is null' end)
        using org, coalesce(after, '00000000-0000-0000-0000-000000000000'), at_most;
end $$;

-- How many things an organisation has, no further than a limit for each kind.
create or replace function app.knowledge_size(org uuid, at_most int) returns bigint
    language plpgsql stable security definer set search_path = public, pg_temp as $$
declare
    kind text;
    one bigint;
    total bigint := 0;
begin
    foreach kind in array array['opportunity', 'account', 'contact', 'lead', 'activity', 'file', 'material'] loop
        execute format('select count(*) from (select from %I t where t.org_id = $1 and %s limit %s) c', kind,
            case kind when 'material' then 't.published and t.archived_at is null' else 't.deleted_at is null' end, at_most) into one using org;
        total := total + one;
    end loop;
    return total;
end $$;

-- Counts the words of the passages: of a large organisation those of a sample.
create or replace function app.count_words(org uuid) returns void
    language plpgsql security definer set search_path = public, pg_temp as $$
declare
    sample constant int := 20000;
    all_of_them bigint;
    looked_at bigint;
    mean real;
begin
    select count(*) into all_of_them from knowledge_chunk c where c.org_id = org;
    create temporary table if not exists counted_chunk (words tsvector, length int) on commit drop;
    truncate counted_chunk;
    -- Ids are made in the order of time, so the sample takes each one of a few.
    insert into counted_chunk select c.words, c.length from knowledge_chunk c
        where c.org_id = count_words.org and (all_of_them <= sample or random() < sample::float8 / all_of_them);
    select count(*), coalesce(avg(c.length), 0) into looked_at, mean from counted_chunk c;
    delete from knowledge_term t where t.org_id = count_words.org;
    if looked_at > 0 then
        insert into knowledge_term (org_id, lexeme, share)
        select count_words.org, left(w.word, 500), max(w.ndoc)::real / looked_at from ts_stat('select words from counted_chunk') as w
        where looked_at < 1000 or w.ndoc > 1 group by 2;
    end if;
    update knowledge_index i set passages = all_of_them, mean_length = mean, changed_since = 0 where i.org_id = count_words.org;
end $$;

-- Figures of the actor's organisation, for who administers it: numbers, whoever may see what is counted.
create or replace function app.knowledge_figures() returns table (sources bigint, passages bigint, embedded bigint, waiting bigint, unread bigint, model text)
    language sql stable security definer set search_path = public, pg_temp as $$
    select (select count(*) from knowledge_source s where s.org_id = app.org()),
           (select count(*) from knowledge_chunk c where c.org_id = app.org()),
           (select count(*) from knowledge_vector v where v.org_id = app.org()),
           (select count(*) from knowledge_embedding e where e.org_id = app.org()),
           (select count(*) from knowledge_pending p where p.org_id = app.org()),
           (select v.model from knowledge_vector v where v.org_id = app.org() order by v.chunk_id desc limit 1)
    where app.scope('organisation.update') = 'all'
$$;

-- How far the index of the actor's organisation is, for whoever searches it.
create or replace function app.knowledge_state() returns text language sql stable security definer set search_path = public, pg_temp
    as $$ select i.state from knowledge_index i where i.org_id = app.org() $$;
revoke execute on function app.knowledge_state() from public;
grant execute on function app.knowledge_state() to dealwright_app;

do $$
declare
    f regprocedure;
begin
    foreach f in array array['app.knowledge_texts(uuid, text, uuid[])', 'app.knowledge_next(uuid, text, uuid, int)', 'app.knowledge_size(uuid, int)',
                             'app.count_words(uuid)']::regprocedure[] loop
        execute format('revoke execute on function %s from public', f);
        execute format('grant execute on function %s to dealwright_system', f);
    end loop;
end $$;
revoke execute on function app.knowledge_figures() from public;
grant execute on function app.knowledge_figures() to dealwright_app;

-- What no event tells: a file whose text has been read, and what came to hang on another record when that was converted or merged.
create or replace function app.read_anew() returns trigger language plpgsql security definer set search_path = public, pg_temp as $$
begin
    insert into knowledge_pending (org_id, source, id, priority, at)
    values (new.org_id, tg_argv[0], (to_jsonb(new) ->> tg_argv[1])::uuid, 0, now())
    on conflict (org_id, source, id) do update set at = excluded.at, priority = 0;
    return null;
end $$;
create or replace trigger knowledge_file_text after update of text on file_version for each row when (old.text is distinct from new.text)
    execute function app.read_anew('file', 'file_id');
create or replace trigger knowledge_activity_moved after update of opportunity_id, account_id, contact_id, lead_id on activity for each row
    when ((old.opportunity_id, old.account_id, old.contact_id, old.lead_id) is distinct from (new.opportunity_id, new.account_id, new.contact_id, new.lead_id))
    execute function app.read_anew('activity', 'id');
create or replace trigger knowledge_file_moved after update of opportunity_id, account_id, contact_id, lead_id on file for each row
    when ((old.opportunity_id, old.account_id, old.contact_id, old.lead_id) is distinct from (new.opportunity_id, new.account_id, new.contact_id, new.lead_id))
    execute function app.read_anew('file', 'id');
