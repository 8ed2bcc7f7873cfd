-- The assistant's tables: a person's conversations and runs are their own; a proposal is also seen by whoever sees the
-- record it is about.

call app.secure('conversation');
create policy own on conversation to dealwright_app using (org_id = (select app.org()) and user_id = (select app.actor()))
    with check (org_id = (select app.org()) and user_id = (select app.actor()));
call app.secure('agent_run');
create policy own on agent_run to dealwright_app using (org_id = (select app.org()) and user_id = (select app.actor()))
    with check (org_id = (select app.org()) and user_id = (select app.actor()));
call app.secure('agent_step');
create policy own on agent_step to dealwright_app
    using (org_id = (select app.org()) and exists (select from agent_run r where r.org_id = agent_step.org_id and r.id = run_id))
    with check (org_id = (select app.org()) and exists (select from agent_run r where r.org_id = agent_step.org_id and r.id = run_id));
call app.secure('agent_stream');
create policy own on agent_stream to dealwright_app
    using (org_id = (select app.org()) and exists (select from agent_run r where r.org_id = agent_stream.org_id and r.id = run_id))
    with check (org_id = (select app.org()) and exists (select from agent_run r where r.org_id = agent_stream.org_id and r.id = run_id));
call app.secure('llm_call');
create policy own on llm_call to dealwright_app using (org_id = (select app.org()) and user_id = (select app.actor()))
    with check (org_id = (select app.org()) and user_id = (select app.actor()));

call app.secure('proposal');
create policy read on proposal for select to dealwright_app using (org_id = (select app.org()) and (
    requested_by = (select app.actor())
    or (opportunity_id is not null and exists (select from opportunity o where o.org_id = proposal.org_id and o.id = opportunity_id))
    or (opportunity_id is null and account_id is not null and exists (select from account a where a.org_id = proposal.org_id and a.id = account_id))
    or (opportunity_id is null and account_id is null and contact_id is not null
        and exists (select from contact c where c.org_id = proposal.org_id and c.id = contact_id))
    or (opportunity_id is null and account_id is null and contact_id is null and lead_id is not null
        and exists (select from lead l where l.org_id = proposal.org_id and l.id = lead_id))));
create policy add on proposal for insert to dealwright_app with check (org_id = (select app.org()) and requested_by = (select app.actor()));
create policy change on proposal for update to dealwright_app using (org_id = (select app.org())) with check (org_id = (select app.org()));

grant select, insert, update on conversation, agent_run, agent_step, proposal to dealwright_app;
grant select, insert on agent_stream, llm_call to dealwright_app;
