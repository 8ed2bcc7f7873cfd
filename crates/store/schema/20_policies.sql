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

-- Whether what something is about may be seen, by that record's own policy. A function and not conditions in
-- the policies that ask it: those ask each other in their turn, and all of it would be planned each time that they are read.
create or replace function app.sees_about(of_opportunity uuid, of_account uuid, of_contact uuid, of_lead uuid) returns boolean
    language plpgsql stable as $$
declare
    org constant uuid := app.org();
begin
    if of_opportunity is not null then
        return exists (select from public.opportunity o where o.org_id = org and o.id = of_opportunity);
    elsif of_account is not null then
        return exists (select from public.account a where a.org_id = org and a.id = of_account);
    elsif of_contact is not null then
        return exists (select from public.contact c where c.org_id = org and c.id = of_contact);
    elsif of_lead is not null then
        return exists (select from public.lead l where l.org_id = org and l.id = of_lead);
    end if;
    return false;
end $$;

-- Events are seen as what they are about is, those of an activity as it is by now. Others are for who may read the audit log.
call app.secure('event');
create policy read on event for select to dealwright_app using (org_id = (select app.org()) and (
    case
        when subject_type = 'activity' then exists (select from activity a where a.org_id = event.org_id and a.id = event.subject_id)
        when subject_type = 'lead' then app.sees_about(null, null, null, subject_id)
        when subject_type = 'contact' and opportunity_id is null then app.sees_about(null, null, subject_id, null)
        when num_nonnulls(opportunity_id, account_id, contact_id, lead_id) > 0 then app.sees_about(opportunity_id, account_id, contact_id, lead_id)
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
