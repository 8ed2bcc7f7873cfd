-- Leads: records as accounts and contacts are, and what their conversion moves.

call app.secure_record('lead', 'lead');
grant select, insert, update on lead to dealwright_app;
grant select on lead to dealwright_search;

-- The digits of a telephone number: its groups, all of it, without the prefix of a long-distance call, and how it ends, so that
-- it is found in whatever way it is written. One without the number of a country stands with a nought before it too: by that
-- it is found by who types the country's.
create or replace function app.phone_words(phone text) returns text language sql immutable parallel safe strict as $$
    select concat_ws(' ', regexp_replace(phone, '\D+', ' ', 'g'), n.digits, k.core, case when not n.abroad and length(k.core) >= 6 then '0' || k.core end,
        (select string_agg(right(k.core, l), ' ') from generate_series(4, least(10, length(k.core) - 1)) as l))
    from (select regexp_replace(regexp_replace(phone, '\(\s*0\s*\)', '', 'g'), '\D', '', 'g') as digits, phone ~ '^\s*(\+|00)' as abroad) as n,
         lateral (select case when n.digits like '00%' then substr(n.digits, 3) when n.digits like '0%' then substr(n.digits, 2) else n.digits end as core) as k
$$;

create or replace function app.lead_words() returns trigger language plpgsql as $$
begin
    new.search := to_tsvector('simple', app.fold(concat_ws(' ', new.name, new.company, new.title, new.email, split_part(new.email, '@', 1),
                                                          app.phone_words(new.phone))));
    return new;
end $$;
create or replace trigger lead_words before insert or update of name, company, title, email, phone on lead
    for each row execute function app.lead_words();
create or replace trigger lead_remember after insert on lead referencing new table as added
    for each statement execute function app.remember_words();
create or replace trigger lead_remember_change after update on lead referencing new table as added
    for each statement execute function app.remember_words();
create or replace trigger lead_custom_slots before insert or update of custom on lead
    for each row execute function app.custom_slots();

create or replace function app.match_leads(query text, at_most int) returns setof uuid
    language plpgsql stable security definer set search_path = public, pg_temp set enable_bitmapscan = on set plan_cache_mode = force_generic_plan as $$
declare
    org constant uuid := app.org();
    wanted constant tsquery := query::tsquery;
begin
    return query select t.id from lead t
        where t.org_id = org and t.search @@ wanted and t.deleted_at is null
        order by t.updated_at desc, t.id desc limit at_most;
end $$;

-- The leads that became a record: what was done about them is part of its history. Ids only.
create or replace function app.leads_behind(object text, record uuid) returns setof uuid
    language plpgsql stable security definer rows 2 set search_path = public, pg_temp as $$
declare
    org constant uuid := app.org();
begin
    if object = 'opportunity' then
        return query select l.id from lead l where l.org_id = org and l.converted_opportunity_id = record and l.converted_at is not null;
    elsif object = 'account' then
        return query select l.id from lead l where l.org_id = org and l.converted_account_id = record and l.converted_at is not null;
    elsif object = 'contact' then
        return query select l.id from lead l where l.org_id = org and l.converted_contact_id = record and l.converted_at is not null;
    end if;
end $$;

-- Whether something else has come to hang on an account or a contact since a conversion made it, whoever may see it.
create or replace function app.hangs_on_converted(lead_id uuid, object text, record uuid) returns boolean
    language sql stable security definer set search_path = public, pg_temp as $$
    select exists (select from opportunity o where o.org_id = app.org() and o.deleted_at is null
                   and case object when 'account' then o.account_id when 'contact' then o.primary_contact_id end = record)
        or (object = 'contact' and exists (select from deal_contact p join opportunity o on o.org_id = p.org_id and o.id = p.opportunity_id
                                           where p.org_id = app.org() and p.contact_id = record and o.deleted_at is null))
        or (object = 'account' and (exists (select from contact c where c.org_id = app.org() and c.account_id = record and c.deleted_at is null)
                                    or exists (select from account a where a.org_id = app.org() and a.parent_id = record and a.deleted_at is null)
                                    or exists (select from account_plan p where p.org_id = app.org() and p.account_id = record and p.deleted_at is null)
                                    or exists (select from affiliation f join contact c on c.org_id = f.org_id and c.id = f.contact_id
                                               where f.org_id = app.org() and f.account_id = record and c.deleted_at is null
                                                 and c.account_id is distinct from record)))
        or exists (select from record_merge m where m.org_id = app.org() and m.object = hangs_on_converted.object and m.winner_id = record and m.undone_at is null)
        or exists (select from lead l where l.org_id = app.org() and l.id <> hangs_on_converted.lead_id and l.deleted_at is null and l.converted_at is not null
                   and case object when 'account' then l.converted_account_id when 'contact' then l.converted_contact_id
                                   else l.converted_opportunity_id end = record)
        or exists (select from file f where f.org_id = app.org() and f.deleted_at is null
                   and case object when 'account' then f.account_id when 'contact' then f.contact_id else f.opportunity_id end = record)
        or exists (select from task t where t.org_id = app.org() and t.deleted_at is null
                   and case object when 'account' then t.account_id when 'contact' then t.contact_id else t.opportunity_id end = record)
        or exists (select from activity y where y.org_id = app.org() and y.deleted_at is null
                   and case object when 'account' then y.account_id when 'contact' then y.contact_id else y.opportunity_id end = record)
$$;
revoke execute on function app.hangs_on_converted(uuid, text, uuid) from public;
grant execute on function app.hangs_on_converted(uuid, text, uuid) to dealwright_app;

do $$
declare
    f regprocedure;
begin
    foreach f in array array['app.match_leads(text, int)', 'app.leads_behind(text, uuid)']::regprocedure[] loop
        execute format('alter function %s owner to dealwright_search', f);
        execute format('revoke execute on function %s from public', f);
        execute format('grant execute on function %s to dealwright_app', f);
    end loop;
end $$;

-- Which of the three is there, by name.
create or replace function app.named(account uuid, contact uuid, opportunity uuid) returns text[] language sql immutable parallel safe
    as $$ select array_remove(array[case when account is not null then 'account' end, case when contact is not null then 'contact' end,
                                    case when opportunity is not null then 'opportunity' end], null) $$;

-- Moves what was done about a lead to what it becomes, whoever did it: activities are their owners' to change otherwise.
-- Asked by the conversion, which has a Permit for the lead. Answers what has moved, tasks with what an event of them tells;
-- `had` is what each was about besides.
create or replace function app.move_from_lead(source uuid, account uuid, contact uuid, opportunity uuid)
    returns table (kind text, id uuid, name text, version bigint, had text[])
    language plpgsql security definer set search_path = public, pg_temp as $$
begin
    if not exists (select from lead l where l.org_id = app.org() and l.id = source) then
        return;
    end if;
    return query update activity a
        set lead_id = null, account_id = coalesce(a.account_id, account), contact_id = coalesce(a.contact_id, contact),
            opportunity_id = coalesce(a.opportunity_id, opportunity)
        from (select b.id, app.named(b.account_id, b.contact_id, b.opportunity_id) as had from activity b
              where b.org_id = app.org() and b.lead_id = source for update) as before
        where a.org_id = app.org() and a.id = before.id
        returning 'activity'::text, a.id, case when a.private then a.kind else coalesce(a.subject, a.kind) end, a.version, before.had;
    return query update task t
        set lead_id = null, account_id = coalesce(t.account_id, account), contact_id = coalesce(t.contact_id, contact),
            opportunity_id = coalesce(t.opportunity_id, opportunity), version = t.version + 1
        from (select b.id, app.named(b.account_id, b.contact_id, b.opportunity_id) as had from task b
              where b.org_id = app.org() and b.lead_id = source for update) as before
        where t.org_id = app.org() and t.id = before.id
        returning 'task'::text, t.id, t.title, t.version, before.had;
    -- A file hangs on one record: on the deal, or else on the company, or else on the person.
    return query update file f
        set lead_id = null, opportunity_id = opportunity, account_id = case when opportunity is null then account end,
            contact_id = case when opportunity is null and account is null then contact end
        where f.org_id = app.org() and f.lead_id = source
        returning 'file'::text, f.id, f.name, f.version, '{}'::text[];
end $$;

-- The way back: what moved and still stands where it was moved to. `had` tells by id what each was about before as well.
drop function if exists app.move_to_lead(uuid, uuid, uuid, uuid, uuid[], uuid[], jsonb);
create or replace function app.move_to_lead(target uuid, account uuid, contact uuid, opportunity uuid, activities uuid[], tasks uuid[], files uuid[], had jsonb)
    returns table (kind text, id uuid, name text, version bigint)
    language plpgsql security definer set search_path = public, pg_temp as $$
begin
    if not exists (select from lead l where l.org_id = app.org() and l.id = target) then
        return;
    end if;
    return query update activity a
        set lead_id = target, account_id = case when coalesce(had -> a.id::text, '[]') ? 'account' then a.account_id else nullif(a.account_id, account) end,
            contact_id = case when coalesce(had -> a.id::text, '[]') ? 'contact' then a.contact_id else nullif(a.contact_id, contact) end,
            opportunity_id = case when coalesce(had -> a.id::text, '[]') ? 'opportunity' then a.opportunity_id else nullif(a.opportunity_id, opportunity) end
        where a.org_id = app.org() and a.id = any (activities) and a.lead_id is null
        returning 'activity'::text, a.id, case when a.private then a.kind else coalesce(a.subject, a.kind) end, a.version;
    return query update task t
        set lead_id = target, account_id = case when coalesce(had -> t.id::text, '[]') ? 'account' then t.account_id else nullif(t.account_id, account) end,
            contact_id = case when coalesce(had -> t.id::text, '[]') ? 'contact' then t.contact_id else nullif(t.contact_id, contact) end,
            opportunity_id = case when coalesce(had -> t.id::text, '[]') ? 'opportunity' then t.opportunity_id else nullif(t.opportunity_id, opportunity) end, version = t.version + 1
        where t.org_id = app.org() and t.id = any (tasks) and t.lead_id is null
        returning 'task'::text, t.id, t.title, t.version;
    return query update file f set lead_id = target, account_id = null, contact_id = null, opportunity_id = null
        where f.org_id = app.org() and f.id = any (files) and coalesce(f.opportunity_id, f.account_id, f.contact_id) in (opportunity, account, contact)
        returning 'file'::text, f.id, f.name, f.version;
end $$;

revoke execute on function app.move_from_lead(uuid, uuid, uuid, uuid), app.move_to_lead(uuid, uuid, uuid, uuid, uuid[], uuid[], uuid[], jsonb) from public;
grant execute on function app.move_from_lead(uuid, uuid, uuid, uuid), app.move_to_lead(uuid, uuid, uuid, uuid, uuid[], uuid[], uuid[], jsonb) to dealwright_app;
