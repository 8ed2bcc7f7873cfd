-- A browser that shows notifications is its person's alone. It is theirs while the session lasts in which they turned it on.

call app.secure('push_subscription');
create policy own on push_subscription to dealwright_app
    using (org_id = (select app.org()) and user_id = (select app.actor()) and (select app.scope('viewing')) = 'none')
    with check (org_id = (select app.org()) and user_id = (select app.actor()) and (select app.scope('viewing')) = 'none');
call app.open_to_system('push_subscription');
grant select, insert, update, delete on push_subscription to dealwright_app;
grant select, update, delete on push_subscription to dealwright_system;

-- The key is the server's own.
call app.secure('push_key');
call app.open_to_system('push_key');
grant select, insert on push_key to dealwright_system;

-- Whoever turns it on in a browser has that browser: it no longer shows what is another's. The endpoint is known to the browser
-- and its push service alone. Until the transaction ends nobody else turns it on there.
create or replace function app.take_push_endpoint(wanted text) returns void
    language plpgsql security definer set search_path = public, pg_temp as $$
begin
    perform pg_advisory_xact_lock(hashtextextended('push endpoint ' || wanted, 0));
    delete from push_subscription s
    where s.endpoint = wanted and (s.org_id, s.user_id) is distinct from (app.org(), app.actor());
end $$;
revoke execute on function app.take_push_endpoint(text) from public;
grant execute on function app.take_push_endpoint(text) to dealwright_app;

-- Whoever signs out, is signed out or is not active any more gets nothing more in that browser.
create or replace function app.end_push() returns trigger language plpgsql security definer set search_path = public, pg_temp as $$
begin
    if tg_table_name = 'session' then
        delete from push_subscription s where s.org_id = new.org_id and s.session_id = new.id;
    else
        delete from push_subscription s where s.org_id = new.org_id and s.user_id = new.id;
    end if;
    return null;
end $$;
create or replace trigger end_push after update of revoked_at on session
    for each row when (new.revoked_at is not null) execute function app.end_push();
create or replace trigger end_push after update of active on app_user
    for each row when (not new.active) execute function app.end_push();
