-- What the database keeps true by itself: pending positions, tags, totals, the words of the search.

create or replace function app.event_is_pending() returns trigger language plpgsql as $$
begin
    insert into event_pending (event_id, org_id) select id, org_id from added;
    if found then
        notify dealwright_event;
    end if;
    return null;
end $$;
create or replace trigger event_pending after insert on event referencing new table as added
    for each statement execute function app.event_is_pending();

-- Only for jobs that were really queued: the workers' own attempts to queue periodic ones must not wake them.
create or replace function app.job_is_ready() returns trigger language plpgsql as $$
begin
    if exists (select from added) then
        notify dealwright_job;
    end if;
    return null;
end $$;
create or replace trigger job_ready after insert on job referencing new table as added
    for each statement execute function app.job_is_ready();

-- Searched: the record's own words and its account's name.
create or replace function app.words_of(deal opportunity) returns tsvector
    language sql stable security definer set search_path = public, pg_temp as $$
    select to_tsvector('simple', app.fold(concat_ws(' ', deal.name, deal.next_step,
        (select a.name from account a where a.org_id = deal.org_id and a.id = deal.account_id))))
$$;
create or replace function app.words_of(person contact) returns tsvector
    language sql stable security definer set search_path = public, pg_temp as $$
    select to_tsvector('simple', app.fold(concat_ws(' ', person.name, person.title, person.email, split_part(person.email, '@', 1),
        app.phone_words(person.phone), (select a.name from account a where a.org_id = person.org_id and a.id = person.account_id))))
$$;
revoke execute on function app.words_of(opportunity), app.words_of(contact) from public;
-- A statement names every column of the record: what tells whether words change is their values.
create or replace function app.take_words() returns trigger language plpgsql security definer set search_path = public, pg_temp as $$
begin
    new.search := app.words_of(new);
    return new;
end $$;
create or replace trigger opportunity_words before insert on opportunity for each row execute function app.take_words();
create or replace trigger opportunity_words_changed before update of name, next_step, account_id on opportunity for each row
    when ((old.name, old.next_step, old.account_id) is distinct from (new.name, new.next_step, new.account_id))
    execute function app.take_words();
create or replace trigger contact_words before insert on contact for each row execute function app.take_words();
create or replace trigger contact_words_changed before update of name, title, email, phone, account_id on contact for each row
    when ((old.name, old.title, old.email, old.phone, old.account_id) is distinct from (new.name, new.title, new.email, new.phone, new.account_id))
    execute function app.take_words();

create or replace function app.account_words() returns trigger language plpgsql as $$
begin
    new.search := to_tsvector('simple', app.fold(concat_ws(' ', new.name, new.domain, split_part(new.domain, '.', 1),
        app.phone_words(new.phone))));
    return new;
end $$;
create or replace trigger account_words before insert or update of name, domain, phone on account
    for each row execute function app.account_words();

-- An account's new name is searched for in what hangs on it.
create or replace function app.account_renamed() returns trigger language plpgsql security definer set search_path = public, pg_temp as $$
begin
    update opportunity o set search = app.words_of(o) where o.org_id = new.org_id and o.account_id = new.id;
    update contact c set search = app.words_of(c) where c.org_id = new.org_id and c.account_id = new.id;
    return null;
end $$;
create or replace trigger account_renamed after update of name on account
    for each row when (old.name is distinct from new.name) execute function app.account_renamed();

-- The words that the search completes and mends; in order, so that two writers do not wait for each other crosswise.
create or replace function app.remember_words() returns trigger language plpgsql security definer set search_path = public, pg_temp as $$
begin
    insert into search_word (org_id, word)
    select distinct a.org_id, w.word from added a, unnest(tsvector_to_array(a.search)) as w (word)
    where app.is_word(w.word)
      and not exists (select from search_word s where s.org_id = a.org_id and s.word = w.word)
    order by 1, 2
    on conflict do nothing;
    return null;
end $$;
-- Of a change only those of rows whose words are others now.
create or replace function app.remember_new_words() returns trigger language plpgsql security definer set search_path = public, pg_temp as $$
begin
    insert into search_word (org_id, word)
    select distinct a.org_id, w.word from added a join replaced r on r.org_id = a.org_id and r.id = a.id and r.search is distinct from a.search,
         unnest(tsvector_to_array(a.search)) as w (word)
    where app.is_word(w.word)
      and not exists (select from search_word s where s.org_id = a.org_id and s.word = w.word)
    order by 1, 2
    on conflict do nothing;
    return null;
end $$;
create or replace trigger opportunity_remember after insert on opportunity referencing new table as added
    for each statement execute function app.remember_words();
create or replace trigger opportunity_remember_change after update on opportunity referencing old table as replaced new table as added
    for each statement execute function app.remember_new_words();
create or replace trigger account_remember after insert on account referencing new table as added
    for each statement execute function app.remember_words();
create or replace trigger account_remember_change after update on account referencing old table as replaced new table as added
    for each statement execute function app.remember_new_words();
create or replace trigger contact_remember after insert on contact referencing new table as added
    for each statement execute function app.remember_words();
create or replace trigger contact_remember_change after update on contact referencing old table as replaced new table as added
    for each statement execute function app.remember_new_words();

create or replace function app.tags_added() returns trigger language plpgsql security definer set search_path = public, pg_temp as $$
begin
    insert into opportunity_tag (org_id, tag, opportunity_id, created_at, owner_id)
    select distinct a.org_id, t.tag, a.id, a.created_at, a.owner_id from added a, unnest(a.tags) as t (tag) on conflict do nothing;
    return null;
end $$;
create or replace trigger opportunity_tags_added after insert on opportunity referencing new table as added
    for each statement execute function app.tags_added();

create or replace function app.tags_changed() returns trigger language plpgsql security definer set search_path = public, pg_temp as $$
begin
    delete from opportunity_tag where org_id = new.org_id and opportunity_id = new.id and tag <> all (new.tags);
    insert into opportunity_tag (org_id, tag, opportunity_id, created_at, owner_id)
    select distinct new.org_id, t.tag, new.id, new.created_at, new.owner_id from unnest(new.tags) as t (tag)
    on conflict (org_id, tag, opportunity_id) do update set created_at = excluded.created_at, owner_id = excluded.owner_id;
    return null;
end $$;
create or replace trigger opportunity_tags_changed after update of tags, owner_id, created_at on opportunity
    for each row when ((old.tags, old.owner_id, old.created_at) is distinct from (new.tags, new.owner_id, new.created_at))
    execute function app.tags_changed();

-- Totals: what a statement changed, as one row a stage and owner. A row without a team counts under its organisation's
-- nil team, which no actor belongs to.
create or replace function app.rollup_added() returns trigger language plpgsql security definer set search_path = public, pg_temp as $$
begin
    insert into opportunity_rollup_delta (org_id, stage_id, owner_id, team_id, n, amount_base)
    select org_id, stage_id, owner_id, coalesce(team_id, '00000000-0000-0000-0000-000000000000'), count(*), coalesce(sum(amount_base), 0)
    from added where deleted_at is null and archived_at is null group by 1, 2, 3, 4;
    return null;
end $$;
create or replace trigger opportunity_rollup_added after insert on opportunity referencing new table as added
    for each statement execute function app.rollup_added();

create or replace function app.rollup_changed() returns trigger language plpgsql security definer set search_path = public, pg_temp as $$
begin
    insert into opportunity_rollup_delta (org_id, stage_id, owner_id, team_id, n, amount_base)
    select org_id, stage_id, owner_id, team_id, sum(n), sum(amount_base)
    from (
        select org_id, stage_id, owner_id, coalesce(team_id, '00000000-0000-0000-0000-000000000000') as team_id, 1 as n, coalesce(amount_base, 0) as amount_base
        from changed_to where deleted_at is null and archived_at is null
        union all
        select org_id, stage_id, owner_id, coalesce(team_id, '00000000-0000-0000-0000-000000000000'), -1, -coalesce(amount_base, 0)
        from changed_from where deleted_at is null and archived_at is null
    ) as moves
    group by 1, 2, 3, 4 having sum(n) <> 0 or sum(amount_base) <> 0;
    return null;
end $$;
create or replace trigger opportunity_rollup_changed after update on opportunity
    referencing old table as changed_from new table as changed_to
    for each statement execute function app.rollup_changed();

create or replace function app.rollup_removed() returns trigger language plpgsql security definer set search_path = public, pg_temp as $$
begin
    insert into opportunity_rollup_delta (org_id, stage_id, owner_id, team_id, n, amount_base)
    select org_id, stage_id, owner_id, coalesce(team_id, '00000000-0000-0000-0000-000000000000'), -count(*), -coalesce(sum(amount_base), 0)
    from removed where deleted_at is null and archived_at is null group by 1, 2, 3, 4;
    return null;
end $$;
create or replace trigger opportunity_rollup_removed after delete on opportunity referencing old table as removed
    for each statement execute function app.rollup_removed();

-- Folds changes into the base; run by a job. Returns how many it folded.
create or replace function app.fold_rollup(at_most int default 100000) returns bigint
    language sql security definer set search_path = public, pg_temp as $$
    with taken as (
        delete from opportunity_rollup_delta where ctid in
            (select ctid from opportunity_rollup_delta limit at_most for update skip locked) returning *
    ), folded as (
        insert into opportunity_rollup as base (org_id, stage_id, owner_id, team_id, n, amount_base)
        select org_id, stage_id, owner_id, team_id, sum(n), sum(amount_base) from taken group by 1, 2, 3, 4 order by 1, 2, 3, 4
        on conflict (org_id, stage_id, owner_id, team_id) do update
            set n = base.n + excluded.n, amount_base = base.amount_base + excluded.amount_base
    ), folded_stages as (
        insert into opportunity_stage_total as base (org_id, stage_id, n, amount_base)
        select org_id, stage_id, sum(n), sum(amount_base) from taken group by 1, 2 order by 1, 2
        on conflict (org_id, stage_id) do update
            set n = base.n + excluded.n, amount_base = base.amount_base + excluded.amount_base
    )
    select count(*) from taken
$$;
revoke execute on function app.fold_rollup(int) from public;
grant execute on function app.fold_rollup(int) to dealwright_system;

-- Every change of who may do what makes actors be read again.
create or replace function app.access_changed() returns trigger language plpgsql security definer set search_path = public, pg_temp as $$
begin
    update access_epoch set epoch = epoch + 1 where org_id = coalesce(new.org_id, old.org_id);
    return null;
end $$;
create or replace trigger access_changed after insert or delete on user_role for each row execute function app.access_changed();
create or replace trigger access_changed after update or delete on role for each row execute function app.access_changed();
create or replace trigger access_changed after insert or update or delete on team for each row execute function app.access_changed();
create or replace trigger access_changed after update of team_id, active, name, email on app_user for each row execute function app.access_changed();
create or replace trigger access_changed after update of revoked_at or delete on session for each row execute function app.access_changed();
