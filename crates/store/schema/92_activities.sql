-- Activities and timelines: who sees and writes them, and how they are searched.

-- Whether the roles of the actor, or a share, let them change a record whose owner and team these are. Made of one
-- expression, so that it becomes part of the query that asks.
create or replace function app.may_update(permission text, object text, record uuid, owner uuid, team uuid) returns boolean language sql stable
    as $$ select record is not null and case app.scope(permission) when 'all' then true when 'none' then false
        else owner = app.actor() or coalesce(team = any (app.teams(permission)), false)
             or (app.principals() <> '{}' and app.edits_until(object, record) is not null) end $$;

-- Seen as what they are about is; one about nothing, by its owner. What is private is its owner's alone, and not even an
-- administrator's who looks at the app as them.
call app.secure('activity');
create policy read on activity for select to dealwright_app using (org_id = (select app.org()) and case
    when private then owner_id = (select app.actor()) and (select app.scope('viewing')) = 'none'
    when owner_id = (select app.actor()) then true
    else app.sees_about(opportunity_id, account_id, contact_id, lead_id) end);
-- One logs one's own. An import brings those of others too, whose activities the importer may change.
do $$
begin
    execute format($policy$
        create policy add on activity for insert to dealwright_app with check (org_id = (select app.org())
            and (select app.scope('activity.create')) <> 'none'
            and (owner_id = (select app.actor()) or (import_id is not null and %s)))$policy$, app.scoped('activity.update', 'owner_id'));
end $$;
-- By who may update or delete it, or may update what it is about. Permit tells which one is needed.
do $$
begin
    execute format($policy$
        create policy change on activity for update to dealwright_app using (org_id = (select app.org()) and (%s or %s
            or ((select app.scope('activity.update')) <> 'none' and case
                when opportunity_id is not null then exists (select from opportunity o where o.org_id = activity.org_id and o.id = opportunity_id
                    and app.may_update('opportunity.update', 'opportunity', o.id, o.owner_id, o.team_id))
                when account_id is not null then exists (select from account a where a.org_id = activity.org_id and a.id = account_id
                    and app.may_update('account.update', 'account', a.id, a.owner_id, a.team_id))
                when contact_id is not null then exists (select from contact c where c.org_id = activity.org_id and c.id = contact_id
                    and app.may_update('contact.update', 'contact', c.id, c.owner_id, c.team_id))
                when lead_id is not null then exists (select from lead l where l.org_id = activity.org_id and l.id = lead_id
                    and app.may_update('lead.update', 'lead', l.id, l.owner_id, l.team_id))
                else false end)))
            with check (org_id = (select app.org()))$policy$,
        app.scoped('activity.update', 'owner_id'), app.scoped('activity.delete', 'owner_id'));
end $$;
create policy search on activity for select to dealwright_search using (true);
grant select on activity to dealwright_search;

-- Participants are seen and written as their activity is.
call app.secure('activity_participant');
create policy read on activity_participant for select to dealwright_app using (org_id = (select app.org())
    and exists (select from activity a where a.org_id = activity_participant.org_id and a.id = activity_id));
create policy write on activity_participant to dealwright_app using (org_id = (select app.org())
    and exists (select from activity a where a.org_id = activity_participant.org_id and a.id = activity_id))
    with check (org_id = (select app.org()) and exists (select from activity a where a.org_id = activity_participant.org_id and a.id = activity_id));
create policy search on activity_participant for select to dealwright_search using (true);
grant select, insert, delete on activity_participant to dealwright_app;
grant select on activity_participant to dealwright_search;

call app.secure('timeline_pin');
create policy whole on timeline_pin to dealwright_app using (org_id = (select app.org()) and app.sees(object, record_id))
    with check (org_id = (select app.org()) and app.sees(object, record_id));
grant select, insert, delete on timeline_pin to dealwright_app;

-- The words of an activity. Only those of its subject go to the dictionary, which mends what is mistyped: that of a whole
-- mailbox would mend names into anything.
create or replace function app.activity_words() returns trigger language plpgsql as $$
begin
    new.search := to_tsvector('simple', app.fold(concat_ws(' ', new.subject, new.body)));
    return new;
end $$;
create or replace trigger activity_words before insert or update of subject, body on activity
    for each row execute function app.activity_words();
update activity set search = to_tsvector('simple', app.fold(concat_ws(' ', subject, body))) where search is null;

create or replace function app.remember_subjects() returns trigger language plpgsql security definer set search_path = public, pg_temp as $$
begin
    insert into search_word (org_id, word)
    select distinct a.org_id, w.word from added a, unnest(tsvector_to_array(to_tsvector('simple', app.fold(a.subject)))) as w (word)
    where a.subject is not null and not a.private and app.is_word(w.word)
      and not exists (select from search_word s where s.org_id = a.org_id and s.word = w.word)
    order by 1, 2
    on conflict do nothing;
    return null;
end $$;
create or replace trigger activity_remember after insert on activity referencing new table as added
    for each statement execute function app.remember_subjects();
create or replace trigger activity_remember_change after update on activity referencing new table as added
    for each statement execute function app.remember_subjects();

-- As a query of activities: each word by what the dictionary has for it, or as the beginning of a word.
create or replace function app.prefixed(typed text[]) returns text language sql immutable parallel safe
    as $$ select string_agg(app.lexeme(app.fold(t.word)) || ':*', ' & ') from unnest(typed) as t (word) $$;

-- Ids of the activities that match, the last first: a common word is soon found among the last ones, a rare one by the text
-- index. Private ones of others are not even candidates, nor are others' when only the actor's own are asked for.
create or replace function app.match_activities(query text, own boolean, at_most int) returns setof uuid
    language plpgsql stable security definer set search_path = public, pg_temp set enable_bitmapscan = on set plan_cache_mode = force_generic_plan as $$
declare
    org constant uuid := app.org();
    me constant uuid := app.actor();
    wanted constant tsquery := query::tsquery;
    recent uuid[];
begin
    if own then
        select array_agg(r.id) into recent from (
            select l.id from (
                select t.id, t.search from activity t where t.org_id = org and t.owner_id = me and t.deleted_at is null
                order by t.occurred_at desc, t.id desc limit 1000) as l
            where l.search @@ wanted limit at_most) as r;
        return query select unnest(recent);
        return;
    end if;
    select array_agg(r.id) into recent from (
        select l.id from (
            select t.id, t.search, t.private, t.owner_id from activity t where t.org_id = org and t.deleted_at is null
            order by t.occurred_at desc, t.id desc limit 1000) as l
        where l.search @@ wanted and (not l.private or l.owner_id = me) limit at_most) as r;
    if cardinality(recent) = at_most then
        return query select unnest(recent);
        return;
    end if;
    return query select t.id from activity t
        where t.org_id = org and t.search @@ wanted and t.deleted_at is null and (not t.private or t.owner_id = me)
        order by t.occurred_at desc, t.id desc limit at_most;
end $$;
alter function app.match_activities(text, boolean, int) owner to dealwright_search;
revoke execute on function app.match_activities(text, boolean, int) from public;
grant execute on function app.match_activities(text, boolean, int) to dealwright_app;

-- What stands on a record's timeline, the last first, at most so many; and of each whether it is what was asked for. As with
-- the candidates of a search: ids only, whoever may see them, and the caller reads those that are wanted again under its own
-- policies. Else an account with a hundred thousand entries that are hidden from somebody would have them all looked at for
-- their first page. Each place is read along an index of its own.
create or replace function app.look(object text, record uuid, leads uuid[], merged uuid[], before_at timestamptz, before_id uuid, since timestamptz,
        until timestamptz, among uuid[], kinds text[], person uuid, words text[], at_most int)
    returns table (at timestamptz, id uuid, wanted boolean)
    language plpgsql stable security definer set search_path = public, pg_temp set enable_bitmapscan = off set jit = off as $$
declare
    place constant text := case object when 'opportunity' then 'opportunity_id' when 'account' then 'account_id' when 'contact' then 'contact_id'
                                       when 'lead' then 'lead_id' when 'activity' then 'subject_id' end;
    columns constant text := 'e.id, e.type, e.subject_type, e.subject_id, e.subject_name, e.actor_kind, e.actor_id, e.on_behalf_of, e.contact_id, e.changes';
    -- Of the table and the columns by which it is read.
    part constant text := '(select %1$s.at, %2$s from %3$s where %1$s.org_id = $1 and %4$s and (%1$s.at, %1$s.%5$s) < ($5, $6) and %1$s.at >= $7 and %1$s.at < $8
        and ($9 is null or %1$s.%5$s = any ($9)) order by %1$s.at desc, %1$s.%5$s desc limit $13)';
    took constant text := 'activity_participant p join event e on e.org_id = p.org_id and e.id = p.entry_id';
    parts text := format(part, 'e', columns, 'event e', format('e.%I = $2', place), 'id');
    choice text := 'true';
begin
    if leads <> '{}' then
        parts := parts || ' union ' || format(part, 'e', columns, 'event e', 'e.lead_id = any ($3)', 'id');
    end if;
    if merged <> '{}' then
        parts := parts || ' union ' || format(part, 'e', columns, 'event e', format('e.%I = any ($4)', place), 'id');
    end if;
    if object in ('account', 'contact') then
        parts := parts || ' union ' || format(part, 'p', columns, took, format('p.%I = $2', place), 'entry_id');
        if merged <> '{}' then
            parts := parts || ' union ' || format(part, 'p', columns, took, format('p.%I = any ($4)', place), 'entry_id');
        end if;
    end if;
    if object <> 'activity' then
        -- An activity stands here as it is now, once; not each of its changes, and not when it is in the trash. Of what was
        -- merged the end is not told.
        choice := $c$(l.subject_type <> 'activity' or (l.type = 'activity.logged' and a.deleted_at is null and a.entry_id = l.id))
            and not (l.subject_id = any ($4) and l.type in ('account.deleted', 'account.merged_into', 'contact.deleted', 'contact.merged_into',
                'lead.deleted', 'lead.merged_into'))$c$;
    end if;
    if kinds <> '{}' then
        choice := choice || $c$ and (a.kind = any ($10)
            or ('task' = any ($10) and l.subject_type = 'task')
            or ('stage' = any ($10) and l.type in ('opportunity.moved', 'opportunity.reopened'))
            or ('assignment' = any ($10) and (l.type like '%.assigned' or l.type like '%.team\_changed'
                or l.changes @> '[{"field": "owner_id"}]' or l.changes @> '[{"field": "assignee_id"}]'))
            or ('change' = any ($10) and l.subject_type in ('opportunity', 'account', 'contact', 'lead', 'account_plan')
                and l.type not in ('opportunity.moved', 'opportunity.reopened'))
            or ('file' = any ($10) and l.subject_type = 'file')
            or ('approval' = any ($10) and l.subject_type in ('proposal', 'approval'))
            or ('agent' = any ($10) and (l.actor_kind = 'agent' or l.subject_type = 'proposal')))$c$;
    end if;
    if person is not null then
        choice := choice || $c$ and ($11 in (l.actor_id, l.on_behalf_of, l.contact_id, a.contact_id, a.owner_id)
            or exists (select from activity_participant w where w.org_id = $1 and w.activity_id = a.id and $11 in (w.contact_id, w.user_id)))$c$;
    end if;
    if words <> '{}' then
        choice := choice || $c$ and case when l.subject_type = 'activity' then a.search
            else to_tsvector('simple', app.fold(case when l.subject_id = $2 then '' else l.subject_name end)) end @@ app.prefixed($12)::tsquery$c$;
    end if;
    return query execute format(
        'with looked as (select * from (%s) s order by s.at desc, s.id desc limit $13)
         select l.at, l.id, coalesce(%s, false) from looked l
         left join activity a on l.subject_type = ''activity'' and a.org_id = $1 and a.id = l.subject_id order by l.at desc, l.id desc', parts, choice)
        using app.org(), record, leads, merged, coalesce(before_at, 'infinity'), coalesce(before_id, 'ffffffff-ffff-ffff-ffff-ffffffffffff'),
              coalesce(since, '-infinity'), coalesce(until, 'infinity'), among, kinds, person, words, at_most;
end $$;
alter function app.look(text, uuid, uuid[], uuid[], timestamptz, uuid, timestamptz, timestamptz, uuid[], text[], uuid, text[], int) owner to dealwright_search;
revoke execute on function app.look(text, uuid, uuid[], uuid[], timestamptz, uuid, timestamptz, timestamptz, uuid[], text[], uuid, text[], int) from public;
grant execute on function app.look(text, uuid, uuid[], uuid[], timestamptz, uuid, timestamptz, timestamptz, uuid[], text[], uuid, text[], int) to dealwright_app;

-- Activities get another outcome in place of one that is deleted.
create or replace function app.replace_outcome(old uuid, new uuid) returns table (id uuid, name text, version bigint, deleted boolean)
    language sql volatile security definer set search_path = public, pg_temp as $$
    update activity a set outcome_id = new, version = a.version + 1, updated_at = now()
    where a.org_id = app.org() and a.outcome_id = old
    returning a.id, coalesce(a.subject, a.kind), a.version, a.deleted_at is not null
$$;
revoke execute on function app.replace_outcome(uuid, uuid) from public;
grant execute on function app.replace_outcome(uuid, uuid) to dealwright_app;
