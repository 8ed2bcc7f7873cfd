-- Lifecycles of pipelines: everyone reads what is published, who shapes pipelines writes it. A published version is never
-- changed, and neither is the log: nobody may.

call app.secure('pipeline_version');
create policy read on pipeline_version for select to dealwright_app using (org_id = (select app.org()));
create policy add on pipeline_version for insert to dealwright_app
    with check (org_id = (select app.org()) and (select app.scope('pipeline.update')) = 'all');
grant select, insert on pipeline_version to dealwright_app;

call app.secure('pipeline_draft');
create policy whole on pipeline_draft to dealwright_app
    using (org_id = (select app.org()) and (select app.scope('pipeline.update')) = 'all')
    with check (org_id = (select app.org()) and (select app.scope('pipeline.update')) = 'all');
grant select, insert, update, delete on pipeline_draft to dealwright_app;

call app.secure('checklist_tick');
create policy whole on checklist_tick to dealwright_app
    using (org_id = (select app.org()) and exists (select from opportunity o where o.org_id = checklist_tick.org_id and o.id = opportunity_id))
    with check (org_id = (select app.org()));
grant select, insert, delete on checklist_tick to dealwright_app;

call app.secure('transition_log');
create policy read on transition_log for select to dealwright_app
    using (org_id = (select app.org())
           and case when opportunity_id is null then (select app.scope('pipeline.update')) = 'all'
                    else exists (select from opportunity o where o.org_id = transition_log.org_id and o.id = opportunity_id) end);
grant select on transition_log to dealwright_app;

-- The one way into the log. A deal that was never made has no row to hang on; an attempt that passed, and was then given up
-- with its deal, has not happened.
create or replace function app.log_attempts(attempts jsonb) returns void
    language sql volatile security definer set search_path = public, pg_temp as $$
    insert into transition_log (org_id, id, at, opportunity_id, pipeline_id, from_stage_id, from_stage, to_stage_id, to_stage, lifecycle, passed, code,
                                missing, facts, path, actor_kind, actor_id, actor_name, on_behalf_of)
    select app.org(), a.id, a.at, o.id, a.pipeline_id, a.from_stage_id, a.from_stage, a.to_stage_id, a.to_stage, a.lifecycle, a.passed, a.code,
           a.missing, a.facts, a.path, a.actor_kind, a.actor_id, a.actor_name, a.on_behalf_of
    from jsonb_populate_recordset(null::transition_log, attempts) a
    left join opportunity o on o.org_id = app.org() and o.id = a.opportunity_id
    where o.id is not null or not a.passed
$$;
revoke execute on function app.log_attempts(jsonb) from public;
grant execute on function app.log_attempts(jsonb) to dealwright_app;

-- A new pipeline begins with a version that asks for nothing.
create or replace function app.begin_lifecycle() returns trigger language plpgsql security definer set search_path = public, pg_temp as $$
begin
    insert into pipeline_version (org_id, pipeline_id, number, definition, published_at) values (new.org_id, new.id, 1, '{}', now());
    return new;
end $$;
create or replace trigger pipeline_begins after insert on pipeline for each row execute function app.begin_lifecycle();

-- A deal runs under the version that is the newest when it enters the pipeline.
create or replace function app.take_lifecycle() returns trigger language plpgsql security definer set search_path = public, pg_temp as $$
begin
    new.lifecycle_version := coalesce(
        (select max(v.number) from pipeline_version v where v.org_id = new.org_id and v.pipeline_id = new.pipeline_id), 1);
    return new;
end $$;
create or replace trigger opportunity_lifecycle before insert on opportunity for each row execute function app.take_lifecycle();
create or replace trigger opportunity_lifecycle_changed before update of pipeline_id on opportunity
    for each row when (old.pipeline_id is distinct from new.pipeline_id) execute function app.take_lifecycle();

-- Every node keeps what is published under the access epoch.
create or replace trigger access_changed after insert on pipeline_version for each row execute function app.access_changed();
