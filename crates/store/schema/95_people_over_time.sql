-- People at accounts over time, and plans for accounts.

-- Where a contact works, or did, is seen by who sees both.
call app.secure('affiliation');
create policy whole on affiliation to dealwright_app
    using (org_id = (select app.org()) and app.sees('contact', contact_id) and app.sees('account', account_id))
    with check (org_id = (select app.org()) and app.sees('contact', contact_id) and app.sees('account', account_id));
grant select, insert, update, delete on affiliation to dealwright_app;

-- A plan is seen and written as its account is; that it may be written takes a Permit for the account.
call app.secure('account_plan');
create policy whole on account_plan to dealwright_app using (org_id = (select app.org()) and app.sees('account', account_id))
    with check (org_id = (select app.org()) and app.sees('account', account_id));
call app.secure('account_plan_person');
create policy whole on account_plan_person to dealwright_app
    using (org_id = (select app.org()) and exists (select from account_plan p where p.org_id = account_plan_person.org_id and p.id = plan_id))
    with check (org_id = (select app.org()) and exists (select from account_plan p where p.org_id = account_plan_person.org_id and p.id = plan_id));
call app.secure('account_plan_objective');
create policy whole on account_plan_objective to dealwright_app
    using (org_id = (select app.org()) and exists (select from account_plan p where p.org_id = account_plan_objective.org_id and p.id = plan_id))
    with check (org_id = (select app.org()) and exists (select from account_plan p where p.org_id = account_plan_objective.org_id and p.id = plan_id));
grant select, insert, update on account_plan to dealwright_app;
grant select, insert, update, delete on account_plan_person, account_plan_objective to dealwright_app;

-- A new contact's account is its first, whoever writes it: a form, an import, the conversion of a lead.
create or replace function app.affiliate_new() returns trigger language plpgsql security definer set search_path = public, pg_temp as $$
begin
    insert into affiliation (org_id, id, contact_id, account_id, title, noted_at)
    select a.org_id, gen_random_uuid(), a.id, a.account_id, a.title, a.created_at from added a where a.account_id is not null;
    return null;
end $$;
create or replace trigger contact_affiliated after insert on contact referencing new table as added
    for each statement execute function app.affiliate_new();

-- Another account of a contact. One at which they are already becomes the primary one, and the other stays. Else they have
-- changed jobs: at the old one they are no more, unless that was written down on the same day, and so was a mistake. A move
-- says on which day (app.moved_on), and an undo what it takes back (app.undone_at).
create or replace function app.affiliate() returns trigger language plpgsql security definer set search_path = public, pg_temp as $$
declare
    today constant date := (new.updated_at at time zone 'UTC')::date;
    moved constant date := nullif(current_setting('app.moved_on', true), '')::date;
    undone constant timestamptz := nullif(current_setting('app.undone_at', true), '')::timestamptz;
    again uuid;
begin
    if new.account_id is not distinct from old.account_id then
        update affiliation f set title = new.title
            where f.org_id = new.org_id and f.contact_id = new.id and f.account_id = new.account_id and f.ended_on is null;
        return null;
    end if;
    if exists (select from affiliation f where f.org_id = new.org_id and f.contact_id = new.id and f.account_id = new.account_id and f.ended_on is null) then
        update affiliation f set title = old.title
            where f.org_id = new.org_id and f.contact_id = new.id and f.account_id = old.account_id and f.ended_on is null;
        update affiliation f set title = new.title
            where f.org_id = new.org_id and f.contact_id = new.id and f.account_id = new.account_id and f.ended_on is null
              and new.title is distinct from old.title;
        delete from affiliation f
            where f.org_id = new.org_id and f.contact_id = new.id and f.account_id = old.account_id and f.ended_on is null and f.noted_at = undone;
        return null;
    end if;
    delete from affiliation f
        where f.org_id = new.org_id and f.contact_id = new.id and f.account_id = old.account_id and f.ended_on is null
          and (f.noted_at = undone or (moved is null and (f.noted_at at time zone 'UTC')::date = today));
    -- What is taken back ends nothing: an account that was there before the change stays.
    update affiliation f set ended_on = greatest(coalesce(moved, today), f.started_on), closed_at = new.updated_at, title = old.title
        where f.org_id = new.org_id and f.contact_id = new.id and f.account_id = old.account_id and f.ended_on is null and undone is null;
    if new.account_id is null then
        return null;
    end if;
    select f.id into again from affiliation f
        where f.org_id = new.org_id and f.contact_id = new.id and f.account_id = new.account_id
          and (f.closed_at = undone or (moved is null and (f.closed_at at time zone 'UTC')::date = today))
        order by f.closed_at desc limit 1;
    update affiliation f set ended_on = null, closed_at = null, title = new.title where f.org_id = new.org_id and f.id = again;
    if again is null then
        insert into affiliation (org_id, id, contact_id, account_id, title, started_on, noted_at)
        values (new.org_id, gen_random_uuid(), new.id, new.account_id, new.title,
                coalesce(moved, case when old.account_id is not null then today end), new.updated_at)
        on conflict do nothing;
    end if;
    return null;
end $$;
create or replace trigger contact_moved after update of account_id, title on contact
    for each row when (old.account_id is distinct from new.account_id or old.title is distinct from new.title)
    execute function app.affiliate();
