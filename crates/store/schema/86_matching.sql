-- Finding what may be one record twice: keys that are indexed, since likeness is not.

-- How a word sounds: consonants in classes, after the class of the first letter. In plpgsql, as the others that are run for
-- every record that is written: a function in SQL that can't be inlined is planned at each call.
create or replace function app.match_sound(value text) returns text language plpgsql immutable parallel safe strict as $$
declare
    word text := regexp_replace(app.fold(value), '[^[:alnum:]]', '', 'g');
begin
    word := replace(replace(replace(replace(replace(replace(replace(word, 'sch', 's'), 'sh', 's'), 'ph', 'f'), 'ck', 'k'), 'th', 't'), 'kh', 'h'), 'dt', 't');
    word := translate(word, 'bcqgdvwzmjyeiou', 'pkkktffsnaaaaaa');
    return regexp_replace(left(word, 1) || translate(substr(word, 2), 'ah', ''), '(.)\1+', '\1', 'g');
end $$;

-- A company's name without its legal form.
create or replace function app.match_core(value text) returns text language sql immutable parallel safe strict as $$
    select regexp_replace(regexp_replace(app.fold(value), '[[:punct:]]', '', 'g'),
        '\m(the|gmbh|mbh|ag|aktiengesellschaft|kg|kgaa|ohg|ug|ltd|limited|llc|llp|plc|inc|incorporated|corp|corporation|company|co|sa|sas|sarl|srl|spa|bv|nv|ab|as|oy|oyj|se|pty|pte|group|holding|holdings)\M', '', 'g')
$$;

create or replace function app.match_email(value text) returns text language plpgsql immutable parallel safe strict as $$
declare
    host constant text := split_part(lower(trim(value)), '@', 2);
    mailbox constant text := split_part(split_part(lower(trim(value)), '@', 1), '+', 1);
begin
    return case when host in ('gmail.com', 'googlemail.com') then replace(mailbox, '.', '') || '@gmail.com' else mailbox || '@' || host end;
end $$;

-- The name a company has its domain under, without its ending.
create or replace function app.match_domain(value text) returns text language sql immutable parallel safe strict as $$
    select substring(regexp_replace(regexp_replace(lower(trim(value)), '^[a-z]+://', ''), '[/?#:].*$', '')
        from '([^.]+)\.(?:(?:co|com|org|net|ac|gov|edu|or|ne|go)\.[a-z]{2}|[a-z0-9-]+)$')
$$;

-- The keys of a record; several first names are those that may stand for each other.
create or replace function app.match_keys(first text[], last text, company text, account uuid, email text, phone text, domain text)
    returns bigint[] language plpgsql immutable parallel safe as $$
declare
    keys bigint[] := '{}';
    family constant text := app.match_sound(last);
    given text;
    core text;
    digits text;
begin
    if email like '_%@_%' then
        keys := keys || hashtextextended('e:' || app.match_email(email), 0);
    end if;
    if phone <> '' then
        digits := regexp_replace(regexp_replace(lower(phone), '(x|ext|#|;).*$', ''), '[^0-9]', '', 'g');
        if length(digits) >= 7 then
            keys := keys || hashtextextended('p:' || right(digits, 8), 0);
        end if;
    end if;
    if family <> '' then
        foreach given in array coalesce(first, '{}') loop
            given := app.match_sound(given);
            if given <> '' then
                keys := keys || hashtextextended('n:' || least(given, family) || ':' || greatest(given, family), 0);
            end if;
        end loop;
        if account is not null then
            keys := keys || hashtextextended('f:' || family || ':' || account, 0);
        elsif company <> '' then
            keys := keys || hashtextextended('f:' || family || ':' || app.match_sound(app.match_core(company)), 0);
        end if;
    elsif company <> '' then
        core := app.match_core(company);
        if core ~ '[[:alnum:]]' then
            keys := keys || hashtextextended('c:' || left(app.match_sound(core), 8), 0);
        end if;
    end if;
    if domain <> '' then
        keys := keys || hashtextextended('d:' || app.match_domain(domain), 0);
    end if;
    return (select coalesce(array_agg(distinct k), '{}') from unnest(keys) as k where k is not null);
end $$;

-- With the rights of the migrator: nobody else writes keys.
create or replace function app.match_added() returns trigger language plpgsql security definer set search_path = public, pg_temp as $$
begin
    if tg_table_name = 'contact' then
        insert into match_key (org_id, object, key, record_id) select a.org_id, 'contact', k, a.id
            from added a, unnest(app.match_keys(array[a.first_name], a.last_name, null, a.account_id, a.email, a.phone, null)) as k;
    elsif tg_table_name = 'lead' then
        insert into match_key (org_id, object, key, record_id) select a.org_id, 'lead', k, a.id
            from added a, unnest(app.match_keys(array[a.first_name], a.last_name, a.company, null, a.email, a.phone, null)) as k;
    else
        insert into match_key (org_id, object, key, record_id) select a.org_id, 'account', k, a.id
            from added a, unnest(app.match_keys(null, null, a.name, null, null, a.phone, coalesce(a.domain, a.website))) as k;
    end if;
    return null;
end $$;

create or replace function app.match_changed() returns trigger language plpgsql security definer set search_path = public, pg_temp as $$
begin
    delete from match_key where org_id = old.org_id and record_id = old.id;
    if tg_op = 'DELETE' then
        return null;
    end if;
    if tg_table_name = 'contact' then
        insert into match_key (org_id, object, key, record_id) select new.org_id, 'contact', k, new.id
            from unnest(app.match_keys(array[new.first_name], new.last_name, null, new.account_id, new.email, new.phone, null)) as k;
    elsif tg_table_name = 'lead' then
        insert into match_key (org_id, object, key, record_id) select new.org_id, 'lead', k, new.id
            from unnest(app.match_keys(array[new.first_name], new.last_name, new.company, null, new.email, new.phone, null)) as k;
    else
        insert into match_key (org_id, object, key, record_id) select new.org_id, 'account', k, new.id
            from unnest(app.match_keys(null, null, new.name, null, null, new.phone, coalesce(new.domain, new.website))) as k;
    end if;
    return null;
end $$;

create or replace trigger match_added after insert on account referencing new table as added for each statement execute function app.match_added();
create or replace trigger match_added after insert on contact referencing new table as added for each statement execute function app.match_added();
create or replace trigger match_added after insert on lead referencing new table as added for each statement execute function app.match_added();
create or replace trigger match_changed after update of name, domain, website, phone on account for each row
    when ((old.name, old.domain, old.website, old.phone) is distinct from (new.name, new.domain, new.website, new.phone)) execute function app.match_changed();
create or replace trigger match_changed after update of first_name, last_name, email, phone, account_id on contact for each row
    when ((old.first_name, old.last_name, old.email, old.phone, old.account_id) is distinct from (new.first_name, new.last_name, new.email, new.phone, new.account_id))
    execute function app.match_changed();
create or replace trigger match_changed after update of first_name, last_name, company, email, phone on lead for each row
    when ((old.first_name, old.last_name, old.company, old.email, old.phone) is distinct from (new.first_name, new.last_name, new.company, new.email, new.phone))
    execute function app.match_changed();
create or replace trigger match_removed after delete on account for each row execute function app.match_changed();
create or replace trigger match_removed after delete on contact for each row execute function app.match_changed();
create or replace trigger match_removed after delete on lead for each row execute function app.match_changed();

-- Records of before these triggers.
do $$
begin
    if not exists (select from match_key) then
        insert into match_key (org_id, object, key, record_id) select a.org_id, 'contact', k, a.id
            from contact a, unnest(app.match_keys(array[a.first_name], a.last_name, null, a.account_id, a.email, a.phone, null)) as k;
        insert into match_key (org_id, object, key, record_id) select a.org_id, 'lead', k, a.id
            from lead a, unnest(app.match_keys(array[a.first_name], a.last_name, a.company, null, a.email, a.phone, null)) as k;
        insert into match_key (org_id, object, key, record_id) select a.org_id, 'account', k, a.id
            from account a, unnest(app.match_keys(null, null, a.name, null, null, a.phone, coalesce(a.domain, a.website))) as k;
    end if;
end $$;

call app.secure('match_key');
create policy search on match_key for select to dealwright_search using (true);
grant select on match_key to dealwright_search;

-- Ids of records that share a key with what is described, those with the most first. Of a key that very many share, some
-- are looked at: such a key tells little.
create or replace function app.match_candidates(kind text, first text[], last text, company text, account uuid, email text, phone text, domain text, at_most int)
    returns setof uuid language plpgsql stable security definer rows 50 set search_path = public, pg_temp set plan_cache_mode = force_generic_plan as $$
declare
    org constant uuid := app.org();
    keys constant bigint[] := app.match_keys(first, last, company, account, email, phone, domain);
begin
    return query select m.record_id from unnest(keys) as k (key)
        cross join lateral (select r.record_id from match_key r where r.org_id = org and r.object = kind and r.key = k.key limit 200) as m
        group by m.record_id order by count(*) desc, m.record_id desc limit at_most;
end $$;
alter function app.match_candidates(text, text[], text, text, uuid, text, text, text, int) owner to dealwright_search;
revoke execute on function app.match_candidates(text, text[], text, text, uuid, text, text, text, int) from public;
grant execute on function app.match_candidates(text, text[], text, text, uuid, text, text, text, int) to dealwright_app;

-- The same for many records at once: the place of each in `drafts`, and what shares a key with it.
create or replace function app.match_candidates_of(kind text, drafts jsonb, at_most int) returns table (place int, record_id uuid)
    language plpgsql stable security definer rows 5000 set search_path = public, pg_temp set enable_hashjoin = off set enable_mergejoin = off as $$
declare
    org constant uuid := app.org();
begin
    return query select w.place, w.record_id from (
        select k.place, m.record_id, row_number() over (partition by k.place order by count(*) desc, m.record_id desc) as nth
        from (select d.place, key from jsonb_to_recordset(drafts)
                  as d (place int, first text[], last text, company text, account uuid, email text, phone text, domain text),
                  unnest(app.match_keys(d.first, d.last, d.company, d.account, d.email, d.phone, d.domain)) as key) as k
        cross join lateral (select r.record_id from match_key r where r.org_id = org and r.object = kind and r.key = k.key limit 50) as m
        group by k.place, m.record_id) as w
    where w.nth <= at_most;
end $$;
alter function app.match_candidates_of(text, jsonb, int) owner to dealwright_search;
revoke execute on function app.match_candidates_of(text, jsonb, int) from public;
grant execute on function app.match_candidates_of(text, jsonb, int) to dealwright_app;

-- Whoever writes a record asks for the rule; who may change rules, changes it.
call app.secure('matching_rule');
create policy read on matching_rule for select to dealwright_app using (org_id = (select app.org()));
create policy add on matching_rule for insert to dealwright_app
    with check (org_id = (select app.org()) and (select app.scope('rule.update')) = 'all');
create policy change on matching_rule for update to dealwright_app
    using (org_id = (select app.org()) and (select app.scope('rule.update')) = 'all') with check (org_id = (select app.org()));
grant select, insert, update on matching_rule to dealwright_app;

-- A pair is seen by who sees both.
call app.secure('duplicate_pair');
create policy read on duplicate_pair for select to dealwright_app using (org_id = (select app.org()) and case object
    when 'account' then exists (select from account a where a.org_id = duplicate_pair.org_id and a.id = left_id)
        and exists (select from account a where a.org_id = duplicate_pair.org_id and a.id = right_id)
    when 'contact' then exists (select from contact c where c.org_id = duplicate_pair.org_id and c.id = left_id)
        and exists (select from contact c where c.org_id = duplicate_pair.org_id and c.id = right_id)
    else exists (select from lead l where l.org_id = duplicate_pair.org_id and l.id = left_id)
        and exists (select from lead l where l.org_id = duplicate_pair.org_id and l.id = right_id) end);
create policy add on duplicate_pair for insert to dealwright_app with check (org_id = (select app.org()));
create policy change on duplicate_pair for update to dealwright_app using (org_id = (select app.org())) with check (org_id = (select app.org()));
grant select, insert, update on duplicate_pair to dealwright_app;
