-- The end of what is in the trash. What hangs on a record goes with it; what only names it does so no longer.

create or replace function app.purge_record(org uuid, object text, record uuid) returns text
    language plpgsql security definer set search_path = public, pg_temp as $$
declare
    called text;
begin
    if object = 'opportunity' then
        select o.name into called from opportunity o where o.org_id = org and o.id = record and o.deleted_at is not null for update;
        if called is null then return null; end if;
        update lead l set converted_opportunity_id = null where l.org_id = org and l.converted_opportunity_id = record;
        update task t set opportunity_id = null where t.org_id = org and t.opportunity_id = record
            and num_nonnulls(t.account_id, t.contact_id, t.lead_id) > 0;
        update activity a set opportunity_id = null where a.org_id = org and a.opportunity_id = record
            and num_nonnulls(a.account_id, a.contact_id, a.lead_id) > 0;
        delete from opportunity o where o.org_id = org and o.id = record;
    elsif object = 'account' then
        select o.name into called from account o where o.org_id = org and o.id = record and o.deleted_at is not null for update;
        if called is null then return null; end if;
        update opportunity o set account_id = null where o.org_id = org and o.account_id = record;
        update contact c set account_id = null where c.org_id = org and c.account_id = record;
        update account a set parent_id = null where a.org_id = org and a.parent_id = record;
        update lead l set converted_account_id = null where l.org_id = org and l.converted_account_id = record;
        update task t set account_id = null where t.org_id = org and t.account_id = record
            and num_nonnulls(t.opportunity_id, t.contact_id, t.lead_id) > 0;
        update activity a set account_id = null where a.org_id = org and a.account_id = record
            and num_nonnulls(a.opportunity_id, a.contact_id, a.lead_id) > 0;
        delete from account o where o.org_id = org and o.id = record;
    elsif object = 'contact' then
        select o.name into called from contact o where o.org_id = org and o.id = record and o.deleted_at is not null for update;
        if called is null then return null; end if;
        update opportunity o set primary_contact_id = null where o.org_id = org and o.primary_contact_id = record;
        update lead l set converted_contact_id = null where l.org_id = org and l.converted_contact_id = record;
        update task t set contact_id = null where t.org_id = org and t.contact_id = record
            and num_nonnulls(t.opportunity_id, t.account_id, t.lead_id) > 0;
        update activity a set contact_id = null where a.org_id = org and a.contact_id = record
            and num_nonnulls(a.opportunity_id, a.account_id, a.lead_id) > 0;
        delete from contact o where o.org_id = org and o.id = record;
    elsif object = 'lead' then
        select o.name into called from lead o where o.org_id = org and o.id = record and o.deleted_at is not null for update;
        if called is null then return null; end if;
        update task t set lead_id = null where t.org_id = org and t.lead_id = record
            and num_nonnulls(t.opportunity_id, t.account_id, t.contact_id) > 0;
        update activity a set lead_id = null where a.org_id = org and a.lead_id = record
            and num_nonnulls(a.opportunity_id, a.account_id, a.contact_id) > 0;
        delete from lead o where o.org_id = org and o.id = record;
    elsif object = 'task' then
        delete from task o where o.org_id = org and o.id = record and o.deleted_at is not null returning o.title into called;
    elsif object = 'activity' then
        delete from activity o where o.org_id = org and o.id = record and o.deleted_at is not null
            returning case when o.private then o.kind else coalesce(o.subject, o.kind) end into called;
    elsif object = 'file' then
        delete from file o where o.org_id = org and o.id = record and o.deleted_at is not null returning o.name into called;
    end if;
    delete from timeline_pin p where called is not null and p.org_id = org and p.object = purge_record.object and p.record_id = record;
    delete from record_share s where called is not null and s.org_id = org and s.object = purge_record.object and s.record_id = record;
    return called;
end $$;
revoke execute on function app.purge_record(uuid, text, uuid) from public;

-- One record of the actor's organisation. Asked by the handler that has checked that they may.
create or replace function app.purge(object text, record uuid) returns text
    language sql security definer set search_path = public, pg_temp as $$ select app.purge_record(app.org(), object, record) $$;
revoke execute on function app.purge(text, uuid) from public;
grant execute on function app.purge(text, uuid) to dealwright_app;

-- What has been in the trash for longer than its organisation keeps it, at most so many records; each leaves an event. Run by
-- a job.
create or replace function app.purge_due(today timestamptz, at_most int) returns bigint
    language plpgsql security definer set search_path = public, pg_temp as $$
declare
    due record;
    called text;
    n bigint := 0;
begin
    delete from account_plan p using organisation o
        where o.id = p.org_id and p.deleted_at < today - make_interval(days => o.trash_days);
    for due in
        select r.* from organisation o cross join lateral (
            (select o.id as org, 'opportunity' as object, t.id from opportunity t
             where t.org_id = o.id and t.deleted_at is not null and t.deleted_at < today - make_interval(days => o.trash_days) limit at_most)
            union all
            (select o.id, 'account', t.id from account t
             where t.org_id = o.id and t.deleted_at is not null and t.deleted_at < today - make_interval(days => o.trash_days) limit at_most)
            union all
            (select o.id, 'contact', t.id from contact t
             where t.org_id = o.id and t.deleted_at is not null and t.deleted_at < today - make_interval(days => o.trash_days) limit at_most)
            union all
            (select o.id, 'lead', t.id from lead t
             where t.org_id = o.id and t.deleted_at is not null and t.deleted_at < today - make_interval(days => o.trash_days) limit at_most)
            union all
            (select o.id, 'task', t.id from task t
             where t.org_id = o.id and t.deleted_at is not null and t.deleted_at < today - make_interval(days => o.trash_days) limit at_most)
            union all
            (select o.id, 'activity', t.id from activity t
             where t.org_id = o.id and t.deleted_at is not null and t.deleted_at < today - make_interval(days => o.trash_days) limit at_most)
            union all
            (select o.id, 'file', t.id from file t
             where t.org_id = o.id and t.deleted_at is not null and t.deleted_at < today - make_interval(days => o.trash_days) limit at_most)
        ) r limit at_most
    loop
        called := app.purge_record(due.org, due.object, due.id);
        n := n + 1;
        if called is not null then
            insert into event (org_id, id, type, at, actor_kind, actor_name, subject_type, subject_id, subject_name, data)
            values (due.org, gen_random_uuid(), 'trash.purged', today, 'system', 'Retention', 'trash', due.id, called,
                    jsonb_build_object('object', due.object, 'retention', true));
        end if;
    end loop;
    return n;
end $$;
revoke execute on function app.purge_due(timestamptz, int) from public;
grant execute on function app.purge_due(timestamptz, int) to dealwright_system;
