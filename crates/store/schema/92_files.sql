-- Files: seen and written as what they hang on; that they may be written takes a right to that record, which the handlers
-- ask for. What checks them in the background acts for nobody: it goes through functions that answer no more than they must.

call app.secure('file');
create policy whole on file to dealwright_app using (org_id = (select app.org()) and case
        when opportunity_id is not null then exists (select from opportunity o where o.org_id = file.org_id and o.id = opportunity_id)
        when account_id is not null then exists (select from account a where a.org_id = file.org_id and a.id = account_id)
        when contact_id is not null then exists (select from contact c where c.org_id = file.org_id and c.id = contact_id)
        else exists (select from lead l where l.org_id = file.org_id and l.id = lead_id) end)
    with check (org_id = (select app.org()));
create policy search on file for select to dealwright_search using (true);

call app.secure('file_version');
create policy whole on file_version to dealwright_app
    using (org_id = (select app.org()) and exists (select from file f where f.org_id = file_version.org_id and f.id = file_id))
    with check (org_id = (select app.org()));

-- An upload is its person's alone.
call app.secure('upload');
create policy whole on upload to dealwright_app using (org_id = (select app.org()) and created_by = (select app.actor()))
    with check (org_id = (select app.org()) and created_by = (select app.actor()));
call app.secure('upload_part');
create policy whole on upload_part to dealwright_app
    using (org_id = (select app.org()) and exists (select from upload u where u.org_id = upload_part.org_id and u.id = upload_id))
    with check (org_id = (select app.org()));
call app.secure('file_usage');
create policy read on file_usage for select to dealwright_app using (org_id = (select app.org()));

grant select, insert, update on file, file_version to dealwright_app;
grant select, insert, update, delete on upload, upload_part to dealwright_app;
grant select on file_usage to dealwright_app;
grant select on file to dealwright_search;

create or replace function app.file_words() returns trigger language plpgsql as $$
begin
    -- The parts of a name by themselves too: offer_2026-final.pdf.
    new.search := to_tsvector('simple', app.fold(new.name || ' ' || regexp_replace(new.name, '[^[:alnum:]]+', ' ', 'g')));
    return new;
end $$;
create or replace trigger file_words before insert or update of name on file for each row execute function app.file_words();
create or replace trigger file_remember after insert on file referencing new table as added
    for each statement execute function app.remember_words();
create or replace trigger file_remember_change after update on file referencing new table as added
    for each statement execute function app.remember_words();

create or replace function app.match_files(query text, at_most int) returns setof uuid
    language plpgsql stable security definer set search_path = public, pg_temp set enable_bitmapscan = on set plan_cache_mode = force_generic_plan as $$
declare
    org constant uuid := app.org();
    wanted constant tsquery := query::tsquery;
begin
    return query select f.id from file f
        where f.org_id = org and f.deleted_at is null and (f.search @@ wanted or f.text_search @@ wanted)
        order by f.updated_at desc, f.id desc limit at_most;
end $$;
alter function app.match_files(text, int) owner to dealwright_search;
revoke execute on function app.match_files(text, int) from public;
grant execute on function app.match_files(text, int) to dealwright_app;

create or replace function app.file_kept() returns trigger language plpgsql security definer set search_path = public, pg_temp as $$
begin
    insert into file_usage (org_id, bytes, files) values (new.org_id, new.size, 1)
        on conflict (org_id) do update set bytes = file_usage.bytes + excluded.bytes, files = file_usage.files + 1;
    return null;
end $$;
create or replace trigger file_kept after insert on file_version for each row execute function app.file_kept();

create or replace function app.file_gone() returns trigger language plpgsql security definer set search_path = public, pg_temp as $$
begin
    update file_usage u set bytes = u.bytes - old.size, files = u.files - 1 where u.org_id = old.org_id;
    insert into blob_garbage (blob) select unnest(old.blobs) on conflict do nothing;
    return null;
end $$;
create or replace trigger file_gone after delete on file_version for each row execute function app.file_gone();

create or replace function app.upload_part_gone() returns trigger language plpgsql security definer set search_path = public, pg_temp as $$
begin
    insert into blob_garbage (blob) values (old.blob) on conflict do nothing;
    return null;
end $$;
create or replace trigger upload_part_gone after delete on upload_part for each row execute function app.upload_part_gone();

-- Room for another file: the bytes that are kept and those on their way. Uploads of an organisation are begun one after the other.
create or replace function app.file_room(wanted bigint, quota bigint) returns boolean
    language plpgsql security definer set search_path = public, pg_temp as $$
declare
    org constant uuid := app.org();
    used bigint;
begin
    insert into file_usage (org_id) values (org) on conflict do nothing;
    select u.bytes into used from file_usage u where u.org_id = org for update;
    used := used + coalesce((select sum(u.size) from upload u where u.org_id = org and not u.done), 0);
    return used + wanted <= quota;
end $$;
revoke execute on function app.file_room(bigint, bigint) from public;
grant execute on function app.file_room(bigint, bigint) to dealwright_app;

-- An upload that is complete: its parts are the blobs of a version. They are taken from it before its rows go.
create or replace function app.take_parts(upload uuid) returns text[]
    language plpgsql security definer set search_path = public, pg_temp as $$
declare
    org constant uuid := app.org();
    taken text[];
begin
    select array_agg(p.blob order by p.start) into taken from upload_part p join upload u on u.org_id = p.org_id and u.id = p.upload_id
        where p.org_id = org and p.upload_id = take_parts.upload and u.created_by = app.actor();
    update upload u set done = true where u.org_id = org and u.id = take_parts.upload and u.created_by = app.actor();
    delete from upload_part p where p.org_id = org and p.upload_id = take_parts.upload and p.blob = any (taken);
    delete from blob_garbage g where g.blob = any (taken);
    return taken;
end $$;
revoke execute on function app.take_parts(uuid) from public;
grant execute on function app.take_parts(uuid) to dealwright_app;

-- For the job that checks a version: where its bytes are and what it was taken for.
create or replace function app.file_to_check(org uuid, which uuid) returns table (blobs text[], type text, size bigint, state text)
    language sql stable security definer set search_path = public, pg_temp as $$
    select v.blobs, v.type, v.size, v.state from file_version v where v.org_id = org and v.id = which
$$;

-- Its parts are one blob now. False when it is gone, or another was faster.
create or replace function app.file_joined(org uuid, which uuid, parts text[], blob text) returns boolean
    language plpgsql security definer set search_path = public, pg_temp as $$
begin
    update file_version v set blobs = array[file_joined.blob] where v.org_id = org and v.id = which and v.blobs = parts;
    if not found then
        insert into blob_garbage (blob) values (file_joined.blob) on conflict do nothing;
        return false;
    end if;
    insert into blob_garbage (blob) select unnest(parts) on conflict do nothing;
    return true;
end $$;

-- What the check found. Answers what an event about it tells, when that has changed.
create or replace function app.file_checked(org uuid, which uuid, found_state text, digest text, what text, now timestamptz)
    returns table (file_id uuid, name text, opportunity_id uuid, account_id uuid, contact_id uuid, lead_id uuid)
    language plpgsql security definer set search_path = public, pg_temp as $$
declare
    was text;
begin
    select v.state into was from file_version v where v.org_id = org and v.id = which for update;
    -- A scanner that was taken away does not make harmless what it found.
    if found_state = 'unscanned' and exists (select from file_version v where v.org_id = org and v.id = which and v.finding is not null) then
        found_state := 'infected';
        what := (select v.finding from file_version v where v.org_id = org and v.id = which);
    end if;
    update file_version v set state = found_state, sha256 = coalesce(digest, v.sha256), finding = what, checked_at = now,
            text = case when found_state in ('clean', 'unscanned') then v.text end
        where v.org_id = org and v.id = which;
    if found_state not in ('clean', 'unscanned') then
        update file f set text_search = '' from file_version v
            where v.org_id = org and v.id = which and f.org_id = org and f.id = v.file_id and f.latest = v.number;
    end if;
    return query select f.id, f.name, f.opportunity_id, f.account_id, f.contact_id, f.lead_id
        from file_version v join file f on f.org_id = v.org_id and f.id = v.file_id
        where v.org_id = org and v.id = which and was is distinct from found_state;
end $$;

-- The text of a version that may be opened; its words are the file's if it is the latest.
create or replace function app.file_read(org uuid, which uuid, said text) returns void
    language plpgsql security definer set search_path = public, pg_temp as $$
begin
    update file_version v set text = said where v.org_id = org and v.id = which and v.state in ('clean', 'unscanned');
    if found then
        update file f set text_search = to_tsvector('simple', app.fold(left(said, 200000))) from file_version v
            where v.org_id = org and v.id = which and f.org_id = org and f.id = v.file_id and f.latest = v.number;
    end if;
end $$;

-- Versions that nobody has checked though it is time, or that were let through while there was no scanner.
create or replace function app.files_to_check(before timestamptz, unscanned boolean, at_most int) returns table (org uuid, which uuid)
    language sql stable security definer set search_path = public, pg_temp as $$
    select v.org_id, v.id from file_version v
    where (v.state = 'scanning' or (unscanned and v.state = 'unscanned')) and v.uploaded_at < before
      and not exists (select from job j where j.unique_key = 'file.check:' || v.id and j.finished_at is null and j.failed_at is null)
    order by v.uploaded_at limit at_most
$$;

-- How many wait for the scanner, for the operator.
create or replace function app.files_waiting() returns bigint language sql stable security definer set search_path = public, pg_temp
    as $$ select count(*) from file_version v where v.state = 'scanning' $$;

-- Uploads that were never completed, or were long ago.
create or replace function app.end_uploads(now timestamptz) returns bigint
    language plpgsql security definer set search_path = public, pg_temp as $$
declare
    n bigint;
begin
    delete from upload u where u.expires_at < now;
    get diagnostics n = row_count;
    return n;
end $$;

-- Blobs that are to be removed, and that have been. Also those that a request wrote and then named nowhere.
create or replace function app.garbage(at_most int) returns setof text language sql stable security definer set search_path = public, pg_temp
    as $$ select g.blob from blob_garbage g order by g.at limit at_most $$;
create or replace function app.garbage_gone(gone text[]) returns void language sql security definer set search_path = public, pg_temp
    as $$ delete from blob_garbage g where g.blob = any (gone) $$;
create or replace function app.add_garbage(blobs text[]) returns void language sql security definer set search_path = public, pg_temp
    as $$ insert into blob_garbage (blob) select b from unnest(blobs) as b where app.org() is null or b like app.org()::text || '/%' on conflict do nothing $$;

-- Looks again at what is withheld of the actor's organisation, or at everything; answers the versions. For its administrators,
-- whom the handler asks for.
create or replace function app.look_again(everything boolean, at_most int) returns setof uuid
    language plpgsql security definer set search_path = public, pg_temp as $$
declare
    org constant uuid := app.org();
begin
    return query update file_version v set state = case when v.state = 'clean' then v.state else 'scanning' end
        where v.org_id = org and (everything or v.state in ('infected', 'failed', 'scanning', 'unscanned')) and v.id in (
            select w.id from file_version w where w.org_id = org and (everything or w.state in ('infected', 'failed', 'scanning', 'unscanned'))
            order by w.uploaded_at desc limit at_most)
        returning v.id;
end $$;

do $$
declare
    f regprocedure;
begin
    foreach f in array array['app.file_to_check(uuid, uuid)', 'app.file_joined(uuid, uuid, text[], text)',
                             'app.file_checked(uuid, uuid, text, text, text, timestamptz)', 'app.file_read(uuid, uuid, text)',
                             'app.files_to_check(timestamptz, boolean, int)', 'app.files_waiting()', 'app.end_uploads(timestamptz)',
                             'app.garbage(int)', 'app.garbage_gone(text[])', 'app.add_garbage(text[])']::regprocedure[] loop
        execute format('revoke execute on function %s from public', f);
        execute format('grant execute on function %s to dealwright_system', f);
    end loop;
end $$;
revoke execute on function app.look_again(boolean, int) from public;
grant execute on function app.look_again(boolean, int) to dealwright_app;
grant execute on function app.add_garbage(text[]) to dealwright_app;
