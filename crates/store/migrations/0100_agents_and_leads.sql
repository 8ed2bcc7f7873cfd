-- The assistant looks at leads as it does at accounts and contacts, and proposes what is about them.
alter table agent_run drop constraint agent_run_context_type_check;
alter table agent_run add constraint agent_run_context_type_check check (context_type in ('opportunity', 'account', 'contact', 'lead'));
alter table proposal add column lead_id uuid;
alter table proposal add foreign key (org_id, lead_id) references lead (org_id, id) on delete cascade;
create index proposal_lead on proposal (org_id, lead_id) where lead_id is not null;
