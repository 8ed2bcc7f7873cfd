-- Approvals: definitions are read by everyone and written by who runs the place; a request is seen as what it is about is.

call app.secure('approval_definition');
create policy read on approval_definition for select to dealwright_app using (org_id = (select app.org()));
create policy add on approval_definition for insert to dealwright_app
    with check (org_id = (select app.org()) and (select app.scope('approval.create')) = 'all');
create policy change on approval_definition for update to dealwright_app
    using (org_id = (select app.org()) and (select app.scope('approval.update')) = 'all') with check (org_id = (select app.org()));
create policy remove on approval_definition for delete to dealwright_app
    using (org_id = (select app.org()) and (select app.scope('approval.delete')) = 'all');
call app.open_to_system('approval_definition');
grant select, insert, update, delete on approval_definition to dealwright_app;
grant select on approval_definition to dealwright_system;

call app.secure('approval_version');
create policy read on approval_version for select to dealwright_app using (org_id = (select app.org()));
create policy add on approval_version for insert to dealwright_app with check (org_id = (select app.org())
    and ((select app.scope('approval.create')) = 'all' or (select app.scope('approval.update')) = 'all'));
call app.open_to_system('approval_version');
grant select, insert on approval_version to dealwright_app;
grant select on approval_version to dealwright_system;

-- Whether the actor sees what a request is about, by that record's own policy. Of what is in the bin nobody is asked anything.
create or replace function app.sees_approved(of_opportunity uuid, of_lead uuid, of_proposal uuid) returns boolean
    language plpgsql stable set search_path = public, pg_temp as $$
declare
    org constant uuid := app.org();
begin
    if of_opportunity is not null then
        return exists (select from opportunity o where o.org_id = org and o.id = of_opportunity and o.deleted_at is null);
    elsif of_lead is not null then
        return exists (select from lead l where l.org_id = org and l.id = of_lead and l.deleted_at is null);
    end if;
    return exists (select from proposal p where p.org_id = org and p.id = of_proposal);
end $$;

call app.secure('approval_request');
create policy whole on approval_request to dealwright_app
    using (org_id = (select app.org()) and app.sees_approved(opportunity_id, lead_id, proposal_id))
    with check (org_id = (select app.org()));
call app.open_to_system('approval_request');
grant select, insert, update on approval_request to dealwright_app;
grant select, update on approval_request to dealwright_system;

call app.secure('approval_seat');
create policy whole on approval_seat to dealwright_app
    using (org_id = (select app.org()) and exists (select from approval_request r where r.org_id = approval_seat.org_id and r.id = request_id))
    with check (org_id = (select app.org()));
call app.open_to_system('approval_seat');
grant select, insert, delete on approval_seat to dealwright_app, dealwright_system;

call app.secure('approval_entry');
create policy read on approval_entry for select to dealwright_app
    using (org_id = (select app.org()) and exists (select from approval_request r where r.org_id = approval_entry.org_id and r.id = request_id));
create policy add on approval_entry for insert to dealwright_app with check (org_id = (select app.org()));
call app.open_to_system('approval_entry');
grant select, insert on approval_entry to dealwright_app, dealwright_system;

-- Who is away is no secret among colleagues; everybody says it for themselves.
call app.secure('approval_delegation');
create policy read on approval_delegation for select to dealwright_app using (org_id = (select app.org()));
create policy add on approval_delegation for insert to dealwright_app
    with check (org_id = (select app.org()) and user_id = (select app.actor()));
create policy remove on approval_delegation for delete to dealwright_app
    using (org_id = (select app.org()) and user_id = (select app.actor()));
call app.open_to_system('approval_delegation');
grant select, insert, delete on approval_delegation to dealwright_app;
grant select on approval_delegation to dealwright_system;

call app.secure_org('approval_link_use');
grant select, insert on approval_link_use to dealwright_app;

-- Those of these people who may see a record by their roles, or because it is shared with them: the same that policies ask, of
-- somebody else. A process that acts for somebody asks of their organisation alone.
create or replace function app.who_sees(org uuid, object text, record uuid, people uuid[]) returns setof uuid
    language plpgsql stable security definer set search_path = public, pg_temp as $$
declare
    owner_of uuid;
    team_of uuid;
    account_of uuid;
    permission constant text := object || '.read';
begin
    if app.org() is not null and app.org() <> org then
        return;
    end if;
    if object = 'opportunity' then
        select o.owner_id, o.team_id, o.account_id into owner_of, team_of, account_of from opportunity o
            where o.org_id = org and o.id = record and o.deleted_at is null;
    elsif object = 'lead' then
        select l.owner_id, l.team_id into owner_of, team_of from lead l where l.org_id = org and l.id = record and l.deleted_at is null;
    elsif object = 'account' then
        select a.owner_id, a.team_id, a.id into owner_of, team_of, account_of from account a
            where a.org_id = org and a.id = record and a.deleted_at is null;
    elsif object = 'contact' then
        select c.owner_id, c.team_id, c.account_id into owner_of, team_of, account_of from contact c
            where c.org_id = org and c.id = record and c.deleted_at is null;
    end if;
    if owner_of is null then
        return;
    end if;
    return query
    with recursive asked as (
        select u.id, u.team_id,
               coalesce(max(case when r.builtin = 'administrator' then 3
                                 else case r.grants ->> permission when 'all' then 3 when 'team' then 2 when 'own' then 1 else 0 end end), 0) as reach
        from app_user u
        left join user_role h on h.org_id = u.org_id and h.user_id = u.id
        left join role r on r.org_id = h.org_id and r.id = h.role_id
        where u.org_id = who_sees.org and u.id = any (people) and u.active
        group by u.id, u.team_id
    ),
    above as (
        -- The record's team and those above it: whose members see it by their team.
        select t.id, t.parent_id from team t where t.org_id = who_sees.org and t.id = team_of
        union
        select t.id, t.parent_id from team t join above b on t.org_id = who_sees.org and t.id = b.parent_id
    ),
    mine as (
        select a.id as person, t.id, t.parent_id from asked a join team t on t.org_id = who_sees.org and t.id = a.team_id
        union
        select m.person, t.id, t.parent_id from mine m join team t on t.org_id = who_sees.org and t.id = m.parent_id
    )
    select a.id from asked a
    where a.reach = 3 or (a.reach > 0 and (
        a.id = owner_of
        or (a.reach = 2 and a.team_id in (select b.id from above b))
        or exists (select from record_share s where s.org_id = who_sees.org and s.object = who_sees.object and s.record_id = record
                   and (s.expires_at is null or s.expires_at > now())
                   and (s.principal_id = a.id or s.principal_id in (select m.id from mine m where m.person = a.id)))
        or exists (select from account_member m where m.org_id = who_sees.org and m.account_id = account_of and m.user_id = a.id
                   and case who_sees.object when 'opportunity' then m.opportunity_level when 'contact' then m.contact_level else m.account_level end
                       in ('read', 'edit'))));
end $$;

-- Gives a deal that the actor has just moved to whom the stage names, who may be beyond the actor's reach, and the deal beyond
-- their sight from then on. Only within the change that the actor has made: at its version, which nobody else has.
create or replace function app.hand_over_deal(target uuid, at_version bigint, new_owner uuid, new_team uuid) returns boolean
    language sql security definer set search_path = public, pg_temp as $$
    with given as (
        update opportunity o set owner_id = new_owner, team_id = new_team
        where o.org_id = app.org() and o.id = target and o.version = at_version and o.deleted_at is null
          and (case app.scope('opportunity.update') when 'all' then true
                    when 'team' then o.owner_id = app.actor() or o.team_id = any (app.teams())
                    when 'own' then o.owner_id = app.actor() else false end
               or o.id in (select app.shared('opportunity', 'edit')))
        returning 1
    )
    select exists (select from given)
$$;

revoke execute on function app.who_sees(uuid, text, uuid, uuid[]), app.hand_over_deal(uuid, bigint, uuid, uuid) from public;
grant execute on function app.who_sees(uuid, text, uuid, uuid[]) to dealwright_app, dealwright_system;
grant execute on function app.hand_over_deal(uuid, bigint, uuid, uuid) to dealwright_app;

-- Every node keeps the definitions in force under the access epoch.
create or replace trigger access_changed after insert or update or delete on approval_definition for each row execute function app.access_changed();
