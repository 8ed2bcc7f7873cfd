-- Connected apps: a person's own, and those of all for who may read everybody's keys. Hashes are the system role's alone.

call app.secure('app_client');
call app.open_to_system('app_client');

call app.secure('app_grant');
create policy read on app_grant for select to dealwright_app using (org_id = (select app.org()) and
    case (select app.scope('api_key.read')) when 'all' then true when 'none' then false else user_id = (select app.actor()) end);
-- Nobody agrees in another's name.
create policy add on app_grant for insert to dealwright_app with check (org_id = (select app.org()) and user_id = (select app.actor())
    and (select app.scope('api_key.create')) <> 'none');
create policy change on app_grant for update to dealwright_app using (org_id = (select app.org()) and
    case (select app.scope('api_key.delete')) when 'all' then true when 'none' then false else user_id = (select app.actor()) end)
    with check (org_id = (select app.org()));
call app.open_to_system('app_grant');

call app.secure('app_code');
create policy add on app_code for insert to dealwright_app with check (org_id = (select app.org()));
call app.open_to_system('app_code');

call app.secure('app_token');
call app.open_to_system('app_token');

-- Everybody's consent asks whether the app was sent away.
call app.secure('app_ban');
create policy read on app_ban for select to dealwright_app using (org_id = (select app.org()));
create policy add on app_ban for insert to dealwright_app
    with check (org_id = (select app.org()) and (select app.scope('service_account.delete')) = 'all');
call app.open_to_system('app_ban');

grant select, insert, update (ended_at, ended_by) on app_grant to dealwright_app;
grant insert on app_code to dealwright_app;
grant select, insert on app_ban to dealwright_app;
grant select, insert, delete on app_client to dealwright_system;
grant select, update, delete on app_grant, app_code to dealwright_system;
grant select, insert, update, delete on app_token to dealwright_system;
grant select on app_ban to dealwright_system;

create or replace trigger access_changed after update of ended_at or delete on app_grant for each row execute function app.access_changed();
create or replace trigger access_changed after update of revoked_at on app_token for each row execute function app.access_changed();

-- Whether anybody here has an app connected, whoever may see it.
create or replace function app.app_is_connected(client uuid, at timestamptz) returns boolean
    language sql stable security definer set search_path = public, pg_temp as $$
    select exists (select from app_grant g where g.org_id = app.org() and g.client_id = client
                   and g.connected_at is not null and g.ended_at is null and g.expires_at > at)
$$;
revoke execute on function app.app_is_connected(uuid, timestamptz) from public;
grant execute on function app.app_is_connected(uuid, timestamptz) to dealwright_app;
