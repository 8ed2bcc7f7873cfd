-- Master data: who may touch it, and how many records use a value, whoever may see them.

call app.secure_org('pipeline_team');
grant select, insert, delete on pipeline_team to dealwright_app;
grant delete on pipeline, stage to dealwright_app;

-- How many opportunities, in the bin too, are in a stage of the actor's organisation.
create or replace function app.stage_usage(target uuid) returns bigint
    language sql stable security definer set search_path = public, pg_temp as $$
    select count(*) from opportunity where org_id = app.org() and stage_id = target
$$;

-- How many open opportunities, not archived ones, are in stages of the actor's organisation, whoever may see them: from the
-- kept totals.
create or replace function app.stage_loads(targets uuid[]) returns table (stage_id uuid, n bigint)
    language sql stable security definer set search_path = public, pg_temp as $$
    select k.stage_id, sum(k.n)::bigint from (
        select t.stage_id, t.n from opportunity_stage_total t where t.org_id = app.org() and t.stage_id = any (targets)
        union all
        select d.stage_id, d.n from opportunity_rollup_delta d where d.org_id = app.org() and d.stage_id = any (targets)
    ) k group by 1
$$;

-- The same of one stage, which stays as it is until the transaction ends: who enters it at the same time waits, and counts
-- anew. Each statement of a volatile function sees what has been committed by then.
create or replace function app.hold_stage(target uuid) returns bigint
    language plpgsql volatile security definer set search_path = public, pg_temp as $$
begin
    perform from stage where org_id = app.org() and id = target for no key update;
    return coalesce((select l.n from app.stage_loads(array[target]) l), 0);
end $$;

-- How many open opportunities in a stage still have its probability.
create or replace function app.stage_default_usage(target uuid, percent bigint) returns bigint
    language sql stable security definer set search_path = public, pg_temp as $$
    select count(*) from opportunity where org_id = app.org() and stage_id = target and probability = percent and deleted_at is null
$$;

-- How many records, in the bin too, forms and assignment rules have a value of a managed list.
create or replace function app.choice_usage(target uuid) returns bigint
    language sql stable security definer set search_path = public, pg_temp as $$
    select (select count(*) from opportunity where org_id = app.org() and target in (type_id, source_id, industry_id, region_id, lost_reason_id, lost_to_id, won_reason_id))
         + (select count(*) from deal_contact where org_id = app.org() and role_id = target)
         + (select count(*) from deal_competitor where org_id = app.org() and competitor_id = target)
         + (select count(*) from account where org_id = app.org() and target in (industry_id, region_id))
         + (select count(*) from lead where org_id = app.org() and target in (status_id, source_id, industry_id, region_id))
         + (select count(*) from activity where org_id = app.org() and outcome_id = target)
         + (select count(*) from web_form where org_id = app.org() and source_id = target)
         + (select count(*) from file where org_id = app.org() and document_type_id = target)
         + (select count(*) from pipeline_version where org_id = app.org() and definition::text like '%' || target || '%')
         + (select count(*) from pipeline_draft where org_id = app.org() and definition::text like '%' || target || '%')
         + (select count(*) from assignment_rule where org_id = app.org() and chooser::text like '%' || target || '%')
$$;

-- Forms and assignment rules get another value in place of one that is deleted.
create or replace function app.replace_choice_in_rules(old uuid, new uuid) returns void
    language sql volatile security definer set search_path = public, pg_temp as $$
    update web_form set source_id = new, version = version + 1, updated_at = now() where org_id = app.org() and source_id = old;
    update assignment_rule set chooser = replace(chooser::text, old::text, new::text)::jsonb, version = version + 1, updated_at = now()
        where org_id = app.org() and chooser::text like '%' || old || '%';
$$;
revoke execute on function app.replace_choice_in_rules(uuid, uuid) from public;
grant execute on function app.replace_choice_in_rules(uuid, uuid) to dealwright_app;

revoke execute on function app.stage_loads(uuid[]), app.hold_stage(uuid), app.stage_usage(uuid), app.stage_default_usage(uuid, bigint), app.choice_usage(uuid) from public;
grant execute on function app.stage_loads(uuid[]), app.hold_stage(uuid), app.stage_usage(uuid), app.stage_default_usage(uuid, bigint), app.choice_usage(uuid) to dealwright_app;

grant update on currency_rate to dealwright_app;

-- Name, currency and defaults of the organisation are part of who acts: actors are read again when they change.
create or replace function app.organisation_changed() returns trigger language plpgsql security definer set search_path = public, pg_temp as $$
begin
    update access_epoch set epoch = epoch + 1 where org_id = new.id;
    return null;
end $$;
create or replace trigger organisation_changed after update of name, currency, locale, time_zone on organisation
    for each row execute function app.organisation_changed();

-- How many amounts of any kind the actor's organisation has: while there are some, what sums are in stays.
create or replace function app.amounts() returns bigint
    language sql stable security definer set search_path = public, pg_temp as $$
    select (select count(*) from (select from opportunity where org_id = app.org() and amount_minor is not null limit 10000) o)
         + (select count(*) from (select from account where org_id = app.org() and revenue_minor is not null limit 10000) a)
         + (select count(*) from (select from opportunity_line where org_id = app.org() limit 10000) l)
         + (select count(*) from currency_rate where org_id = app.org())
$$;

-- How many amounts of the actor's organisation are in a currency.
create or replace function app.currency_usage(code text) returns bigint
    language sql stable security definer set search_path = public, pg_temp as $$
    select count(*) from opportunity where org_id = app.org() and currency = code and deleted_at is null
$$;

revoke execute on function app.amounts(), app.currency_usage(text) from public;
grant execute on function app.amounts(), app.currency_usage(text) to dealwright_app;

-- Gives open deals in other currencies the amount that the last rate on or before `today` makes of theirs, a batch at a
-- time; closed ones keep that of their closing day. Answers the last deal looked at, null at the end. Run by a job.
create or replace function app.recompute_amounts(target uuid, codes text[], factors numeric[], today date, after_id uuid, at_most int)
    returns uuid language plpgsql security definer set search_path = public, pg_temp as $$
declare
    last_id uuid;
begin
    with batch as (
        select o.id, o.amount_minor, o.currency from opportunity o
        where o.org_id = target and o.id > after_id and o.closed_at is null and o.currency = any (codes)
        order by o.id limit at_most
    ), rates as (
        select f.code, f.factor * (select r.rate from currency_rate r where r.org_id = target and r.currency = f.code and r.valid_from <= today
                                   order by r.valid_from desc limit 1) as rate
        from unnest(codes, factors) as f (code, factor)
    ), changed as (
        update opportunity o set amount_base = round(b.amount_minor * x.rate)::bigint
        from batch b join rates x on x.code = b.currency
        where o.org_id = target and o.id = b.id and x.rate is not null and abs(b.amount_minor * x.rate) < 1000000000000000
          and o.amount_base is distinct from round(b.amount_minor * x.rate)::bigint
        returning 1
    )
    select id into last_id from batch order by id desc limit 1;
    return last_id;
end $$;
revoke execute on function app.recompute_amounts(uuid, text[], numeric[], date, uuid, int) from public;
grant execute on function app.recompute_amounts(uuid, text[], numeric[], date, uuid, int) to dealwright_system;

call app.secure_org('price_list');
call app.secure_org('price_list_entry');
grant select, insert, update, delete on price_list, price_list_entry to dealwright_app;

call app.secure_org('custom_field');
grant select, insert, update on custom_field to dealwright_app;
