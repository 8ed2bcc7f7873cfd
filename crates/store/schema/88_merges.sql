-- Merges: what hung on one record hangs on another, whoever it belongs to.

call app.secure('record_merge');
create policy read on record_merge for select to dealwright_app using (org_id = (select app.org()) and case object
    when 'account' then exists (select from account a where a.org_id = record_merge.org_id and a.id = winner_id)
    when 'lead' then exists (select from lead l where l.org_id = record_merge.org_id and l.id = winner_id)
    else exists (select from contact c where c.org_id = record_merge.org_id and c.id = winner_id) end);
create policy add on record_merge for insert to dealwright_app with check (org_id = (select app.org()));
create policy change on record_merge for update to dealwright_app using (org_id = (select app.org())) with check (org_id = (select app.org()));
grant select, insert, update on record_merge to dealwright_app;

-- The links of a kind and a field among those that are asked for.
create or replace function app.named_links(these jsonb, kind text, field text) returns setof uuid language sql immutable parallel safe as $$
    select l.id from jsonb_to_recordset(these) as l (kind text, id uuid, field text) where l.kind = named_links.kind and l.field = named_links.field
$$;

-- Moves what hangs on a record to another. Asked with a Permit for both. What the other has already (a share with the same
-- person, a member of its team) stays. With `only`, as {"kind", "id", "field"}, the way back: what still hangs there.
create or replace function app.move_links(object text, source uuid, target uuid, only_these jsonb)
    returns table (kind text, id uuid, field text, name text, version bigint)
    language plpgsql security definer set search_path = public, pg_temp as $$
declare
    org constant uuid := app.org();
    holder record;
begin
    -- Fields of one's own that name a record of this kind. They have no index; such a field is rare, and so is a merge.
    for holder in select f.object as on_table, f.key from custom_field f where f.org_id = org and f.kind = move_links.object loop
        return query execute format(
            'update %1$I r set custom = jsonb_set(r.custom, array[%2$L], to_jsonb($3::text)), version = r.version + 1, updated_at = now()
             where r.org_id = $1 and r.custom ->> %2$L = $2::text and ($4 is null or r.id in (select app.named_links($4, %1$L, %3$L)))
             returning %1$L::text, r.id, %3$L::text, r.name, r.version', holder.on_table, holder.key, 'custom.' || holder.key)
            using org, source, target, only_these;
    end loop;
    if object = 'account' then
        return query update opportunity o set account_id = target, version = o.version + 1, updated_at = now()
            where o.org_id = org and o.account_id = source and (only_these is null or o.id in (select app.named_links(only_these, 'opportunity', 'account_id')))
            returning 'opportunity'::text, o.id, 'account_id'::text, o.name, o.version;
        -- Before the contacts: one at which a contact is already becomes the primary one, and nothing ends.
        return query update affiliation f set account_id = target
            where f.org_id = org and f.account_id = source and (only_these is null or f.id in (select app.named_links(only_these, 'affiliation', 'account_id')))
              and (f.ended_on is not null or not exists (select from affiliation g where g.org_id = org and g.contact_id = f.contact_id
                                                         and g.account_id = target and g.ended_on is null))
            returning 'affiliation'::text, f.id, 'account_id'::text, ''::text, 0::bigint;
        return query update account_plan p set account_id = target, version = p.version + 1
            where p.org_id = org and p.account_id = source and (only_these is null or p.id in (select app.named_links(only_these, 'account_plan', 'account_id')))
              and (p.deleted_at is not null or not exists (select from account_plan q where q.org_id = org and q.account_id = target
                                                           and q.period = p.period and q.deleted_at is null))
            returning 'account_plan'::text, p.id, 'account_id'::text, p.period, p.version;
        return query update contact c set account_id = target, version = c.version + 1, updated_at = now()
            where c.org_id = org and c.account_id = source and (only_these is null or c.id in (select app.named_links(only_these, 'contact', 'account_id')))
            returning 'contact'::text, c.id, 'account_id'::text, c.name, c.version;
        return query update account a set parent_id = target, version = a.version + 1, updated_at = now()
            where a.org_id = org and a.parent_id = source and a.id <> target and (only_these is null or a.id in (select app.named_links(only_these, 'account', 'parent_id')))
            returning 'account'::text, a.id, 'parent_id'::text, a.name, a.version;
        return query update task t set account_id = target, version = t.version + 1
            where t.org_id = org and t.account_id = source and (only_these is null or t.id in (select app.named_links(only_these, 'task', 'account_id')))
            returning 'task'::text, t.id, 'account_id'::text, t.title, t.version;
        return query update activity y set account_id = target
            where y.org_id = org and y.account_id = source and (only_these is null or y.id in (select app.named_links(only_these, 'activity', 'account_id')))
            returning 'activity'::text, y.id, 'account_id'::text, case when y.private then y.kind else coalesce(y.subject, y.kind) end, y.version;
        return query update file f set account_id = target
            where f.org_id = org and f.account_id = source and (only_these is null or f.id in (select app.named_links(only_these, 'file', 'account_id')))
            returning 'file'::text, f.id, 'account_id'::text, f.name, f.version;
        return query update lead l set converted_account_id = target
            where l.org_id = org and l.converted_account_id = source and (only_these is null or l.id in (select app.named_links(only_these, 'lead', 'converted_account_id')))
            returning 'lead'::text, l.id, 'converted_account_id'::text, l.name, l.version;
        return query update account_member m set account_id = target
            where m.org_id = org and m.account_id = source and (only_these is null or m.id in (select app.named_links(only_these, 'member', 'account_id')))
              and not exists (select from account_member n where n.org_id = org and n.account_id = target and n.user_id = m.user_id)
            returning 'member'::text, m.id, 'account_id'::text, m.role, 0::bigint;
    elsif object = 'lead' then
        return query update task t set lead_id = target, version = t.version + 1
            where t.org_id = org and t.lead_id = source and (only_these is null or t.id in (select app.named_links(only_these, 'task', 'lead_id')))
            returning 'task'::text, t.id, 'lead_id'::text, t.title, t.version;
        return query update activity y set lead_id = target
            where y.org_id = org and y.lead_id = source and (only_these is null or y.id in (select app.named_links(only_these, 'activity', 'lead_id')))
            returning 'activity'::text, y.id, 'lead_id'::text, case when y.private then y.kind else coalesce(y.subject, y.kind) end, y.version;
        return query update file f set lead_id = target
            where f.org_id = org and f.lead_id = source and (only_these is null or f.id in (select app.named_links(only_these, 'file', 'lead_id')))
            returning 'file'::text, f.id, 'lead_id'::text, f.name, f.version;
    else
        return query update opportunity o set primary_contact_id = target, version = o.version + 1, updated_at = now()
            where o.org_id = org and o.primary_contact_id = source and (only_these is null or o.id in (select app.named_links(only_these, 'opportunity', 'primary_contact_id')))
            returning 'opportunity'::text, o.id, 'primary_contact_id'::text, o.name, o.version;
        return query update task t set contact_id = target, version = t.version + 1
            where t.org_id = org and t.contact_id = source and (only_these is null or t.id in (select app.named_links(only_these, 'task', 'contact_id')))
            returning 'task'::text, t.id, 'contact_id'::text, t.title, t.version;
        return query update activity y set contact_id = target
            where y.org_id = org and y.contact_id = source and (only_these is null or y.id in (select app.named_links(only_these, 'activity', 'contact_id')))
            returning 'activity'::text, y.id, 'contact_id'::text, case when y.private then y.kind else coalesce(y.subject, y.kind) end, y.version;
        return query update file f set contact_id = target
            where f.org_id = org and f.contact_id = source and (only_these is null or f.id in (select app.named_links(only_these, 'file', 'contact_id')))
            returning 'file'::text, f.id, 'contact_id'::text, f.name, f.version;
        return query update lead l set converted_contact_id = target
            where l.org_id = org and l.converted_contact_id = source and (only_these is null or l.id in (select app.named_links(only_these, 'lead', 'converted_contact_id')))
            returning 'lead'::text, l.id, 'converted_contact_id'::text, l.name, l.version;
        return query update affiliation f set contact_id = target
            where f.org_id = org and f.contact_id = source and (only_these is null or f.id in (select app.named_links(only_these, 'affiliation', 'contact_id')))
              and (f.ended_on is not null or not exists (select from affiliation g where g.org_id = org and g.account_id = f.account_id
                                                         and g.contact_id = target and g.ended_on is null))
            returning 'affiliation'::text, f.id, 'contact_id'::text, ''::text, 0::bigint;
        -- A place in a plan, by the plan's id.
        return query with moved as (
                update account_plan_person d set contact_id = target
                where d.org_id = org and d.contact_id = source
                  and (only_these is null or d.plan_id in (select app.named_links(only_these, 'account_plan_person', 'contact_id')))
                  and not exists (select from account_plan_person e where e.org_id = org and e.plan_id = d.plan_id and e.contact_id = target)
                returning d.plan_id)
            update account_plan p set version = p.version + 1 from moved m where p.org_id = org and p.id = m.plan_id
            returning 'account_plan_person'::text, p.id, 'contact_id'::text, p.period, p.version;
        -- A part in a deal, by the deal's id; the deal has changed by it.
        return query with moved as (
                update deal_contact d set contact_id = target
                where d.org_id = org and d.contact_id = source
                  and (only_these is null or d.opportunity_id in (select app.named_links(only_these, 'deal_contact', 'contact_id')))
                  and not exists (select from deal_contact e where e.org_id = org and e.opportunity_id = d.opportunity_id and e.contact_id = target)
                returning d.opportunity_id)
            update opportunity o set version = o.version + 1, updated_at = now() from moved m where o.org_id = org and o.id = m.opportunity_id
            returning 'deal_contact'::text, o.id, 'contact_id'::text, o.name, o.version;
    end if;
    return query update record_share s set record_id = target
        where s.org_id = org and s.object = move_links.object and s.record_id = source and (only_these is null or s.id in (select app.named_links(only_these, 'share', 'record_id')))
          and not exists (select from record_share n where n.org_id = org and n.object = s.object and n.record_id = target and n.principal_id = s.principal_id)
        returning 'share'::text, s.id, 'record_id'::text, s.level, 0::bigint;
end $$;

revoke execute on function app.move_links(text, uuid, uuid, jsonb) from public;
grant execute on function app.move_links(text, uuid, uuid, jsonb) to dealwright_app;

-- How many of each kind hang on a record, whoever may see them.
create or replace function app.count_links(object text, record uuid) returns table (kind text, n bigint)
    language plpgsql stable security definer set search_path = public, pg_temp as $$
declare
    org constant uuid := app.org();
begin
    if object = 'account' then
        return query
            select 'opportunity', count(*) from opportunity o where o.org_id = org and o.account_id = record and o.deleted_at is null
            union all select 'contact', count(*) from contact c where c.org_id = org and c.account_id = record and c.deleted_at is null
            union all select 'task', count(*) from task t where t.org_id = org and t.account_id = record and t.deleted_at is null
            union all select 'activity', count(*) from activity y where y.org_id = org and y.account_id = record and y.deleted_at is null and (not y.private or y.owner_id = app.actor())
            union all select 'file', count(*) from file f where f.org_id = org and f.account_id = record and f.deleted_at is null;
    elsif object = 'lead' then
        return query
            select 'task', count(*) from task t where t.org_id = org and t.lead_id = record and t.deleted_at is null
            union all select 'activity', count(*) from activity y where y.org_id = org and y.lead_id = record and y.deleted_at is null and (not y.private or y.owner_id = app.actor())
            union all select 'file', count(*) from file f where f.org_id = org and f.lead_id = record and f.deleted_at is null;
    else
        return query
            select 'opportunity', count(*) from opportunity o where o.org_id = org and o.primary_contact_id = record and o.deleted_at is null
            union all select 'task', count(*) from task t where t.org_id = org and t.contact_id = record and t.deleted_at is null
            union all select 'activity', count(*) from activity y where y.org_id = org and y.contact_id = record and y.deleted_at is null and (not y.private or y.owner_id = app.actor())
            union all select 'file', count(*) from file f where f.org_id = org and f.contact_id = record and f.deleted_at is null;
    end if;
end $$;
revoke execute on function app.count_links(text, uuid) from public;
grant execute on function app.count_links(text, uuid) to dealwright_app;

-- The record that an id leads to by now, through as many merges as there were.
create or replace function app.survivor(kind text, gone uuid) returns uuid
    language sql stable security definer set search_path = public, pg_temp as $$
    with recursive led (id, depth) as (
        select m.winner_id, 1 from record_merge m where m.org_id = app.org() and m.object = kind and m.loser_id = gone and m.undone_at is null
        union all
        select m.winner_id, led.depth + 1 from led join record_merge m on m.org_id = app.org() and m.object = kind and m.loser_id = led.id and m.undone_at is null
        where led.depth < 50
    )
    select id from led order by depth desc limit 1
$$;
revoke execute on function app.survivor(text, uuid) from public;
grant execute on function app.survivor(text, uuid) to dealwright_app;
