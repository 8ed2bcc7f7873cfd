-- Row-level security for every table, and who may touch it at all. Tables of later migrations add theirs in files of
-- their own, in the same words.

call app.secure_org('organisation', 'id');
call app.open_to_system('organisation');
call app.secure_org('access_epoch');
call app.open_to_system('access_epoch');
call app.secure_org('team');
call app.open_to_system('team');
call app.secure_org('role');
call app.open_to_system('role');
call app.secure_org('app_user');
call app.open_to_system('app_user');
call app.secure_org('user_role');
call app.open_to_system('user_role');
call app.secure_org('session');
call app.open_to_system('session');
call app.secure_org('idempotency');
call app.open_to_system('idempotency');

call app.secure_org('choice');
call app.secure_org('currency_rate');
call app.secure_org('pipeline');
call app.secure_org('stage');
call app.secure_org('product');
call app.secure_org('opportunity_tag');
call app.secure_org('search_word');
create policy search on search_word for select to dealwright_search using (true);

call app.secure_record('account', 'account');
call app.secure_record('contact', 'contact');
call app.secure_record('opportunity', 'opportunity');
call app.secure_record('task', 'task', 'assignee_id');

-- Lines are seen and written as their opportunity is.
call app.secure('opportunity_line');
create policy read on opportunity_line for select to dealwright_app
    using (org_id = (select app.org()) and exists (select from opportunity o where o.org_id = opportunity_line.org_id and o.id = opportunity_id));
create policy write on opportunity_line to dealwright_app
    using (org_id = (select app.org()) and exists (select from opportunity o where o.org_id = opportunity_line.org_id and o.id = opportunity_id))
    with check (org_id = (select app.org()));

-- Activities are seen as what they are about is; one about nothing, by its owner.
call app.secure('activity');
create policy read on activity for select to dealwright_app using (org_id = (select app.org()) and (
    (opportunity_id is not null and exists (select from opportunity o where o.org_id = activity.org_id and o.id = opportunity_id))
    or (opportunity_id is null and account_id is not null and exists (select from account a where a.org_id = activity.org_id and a.id = account_id))
    or (opportunity_id is null and account_id is null and contact_id is not null and exists (select from contact c where c.org_id = activity.org_id and c.id = contact_id))
    or (opportunity_id is null and account_id is null and contact_id is null and lead_id is not null
        and exists (select from lead l where l.org_id = activity.org_id and l.id = lead_id))
    or owner_id = (select app.actor())));
create policy add on activity for insert to dealwright_app with check (org_id = (select app.org()));
create policy change on activity for update to dealwright_app using (org_id = (select app.org()) and owner_id = (select app.actor()))
    with check (org_id = (select app.org()));

-- Totals are summed over what the actor may see.
call app.secure('opportunity_rollup');
call app.secure('opportunity_rollup_delta');
do $$
begin
    execute format('create policy read on opportunity_rollup for select to dealwright_app using (org_id = (select app.org()) and (%s))',
                   app.scoped('opportunity.read', 'owner_id'));
    execute format('create policy read on opportunity_rollup_delta for select to dealwright_app using (org_id = (select app.org()) and (%s))',
                   app.scoped('opportunity.read', 'owner_id'));
end $$;

call app.secure('opportunity_stage_total');
create policy read on opportunity_stage_total for select to dealwright_app
    using (org_id = (select app.org()) and (select app.scope('opportunity.read')) = 'all');

-- Events are seen as what they are about is. Others are for who may read the audit log.
call app.secure('event');
create policy read on event for select to dealwright_app using (org_id = (select app.org()) and (
    case
        when subject_type = 'lead' then exists (select from lead l where l.org_id = event.org_id and l.id = event.subject_id)
        when opportunity_id is not null then exists (select from opportunity o where o.org_id = event.org_id and o.id = event.opportunity_id)
        when subject_type = 'contact' then exists (select from contact c where c.org_id = event.org_id and c.id = event.subject_id)
        when account_id is not null then exists (select from account a where a.org_id = event.org_id and a.id = event.account_id)
        when contact_id is not null then exists (select from contact c where c.org_id = event.org_id and c.id = event.contact_id)
        -- What was done about a lead goes over to what the lead becomes.
        when lead_id is not null then exists (select from lead l where l.org_id = event.org_id and l.id = event.lead_id)
            or (subject_type = 'activity' and exists (select from activity a where a.org_id = event.org_id and a.id = event.subject_id))
        when subject_type = 'task' then exists (select from task t where t.org_id = event.org_id and t.id = event.subject_id)
        else (select app.scope('audit.read')) = 'all' or actor_id = (select app.actor()) or on_behalf_of = (select app.actor())
    end));
create policy add on event for insert to dealwright_app with check (org_id = (select app.org()));
call app.open_to_system('event');

call app.secure('event_pending');
create policy add on event_pending for insert to dealwright_app with check (org_id = (select app.org()));
call app.open_to_system('event_pending');
call app.secure('event_position');
create policy read on event_position for select to dealwright_app using (org_id = (select app.org()));
call app.open_to_system('event_position');
call app.secure('job');
create policy org on job to dealwright_app using (org_id = (select app.org())) with check (org_id = (select app.org()));
call app.open_to_system('job');

grant usage on schema public to dealwright_app, dealwright_system, dealwright_search;

grant select on organisation, access_epoch, team, role, app_user, user_role, session, idempotency, choice, currency_rate,
    pipeline, stage, product, account, contact, opportunity, opportunity_tag, opportunity_line, opportunity_rollup,
    opportunity_rollup_delta, opportunity_stage_total, task, activity, event, event_position, job, search_word to dealwright_app;
grant insert on team, role, app_user, user_role, choice, currency_rate, pipeline, stage, product, account, contact, opportunity,
    opportunity_line, task, activity, event, event_pending, job, idempotency to dealwright_app;
grant update on organisation, access_epoch, team, role, app_user, session, choice, pipeline, stage, product, account, contact,
    opportunity, opportunity_line, task, activity, idempotency to dealwright_app;
grant delete on user_role, opportunity_line, idempotency, choice, team, currency_rate to dealwright_app;

grant select, insert, update, delete on organisation, access_epoch, team, role, app_user, user_role, session, login_failure,
    idempotency, event_pending, event_position, event_consumer, job to dealwright_system;
grant select, insert on event to dealwright_system;

grant select on opportunity, account, contact, search_word to dealwright_search;
