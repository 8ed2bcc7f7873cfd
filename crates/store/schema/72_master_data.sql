-- Master data: who may touch it, and how many records use a value, whoever may see them.

call app.secure_org('pipeline_team');
grant select, insert, delete on pipeline_team to dealwright_app;
grant delete on pipeline, stage to dealwright_app;

-- How many opportunities, in the bin too, are in a stage of the actor's organisation.
create or replace function app.stage_usage(target uuid) returns bigint
    language sql stable security definer set search_path = public, pg_temp as $$
    select count(*) from opportunity where org_id = app.org() and stage_id = target
$$;

-- How many open opportunities in a stage still have its probability.
create or replace function app.stage_default_usage(target uuid, percent bigint) returns bigint
    language sql stable security definer set search_path = public, pg_temp as $$
    select count(*) from opportunity where org_id = app.org() and stage_id = target and probability = percent and deleted_at is null
$$;

-- How many records, in the bin too, have a value of a managed list.
create or replace function app.choice_usage(target uuid) returns bigint
    language sql stable security definer set search_path = public, pg_temp as $$
    select (select count(*) from opportunity where org_id = app.org() and target in (type_id, source_id, industry_id, region_id, lost_reason_id))
         + (select count(*) from account where org_id = app.org() and target in (industry_id, region_id))
$$;

revoke execute on function app.stage_usage(uuid), app.stage_default_usage(uuid, bigint), app.choice_usage(uuid) from public;
grant execute on function app.stage_usage(uuid), app.stage_default_usage(uuid, bigint), app.choice_usage(uuid) to dealwright_app;
