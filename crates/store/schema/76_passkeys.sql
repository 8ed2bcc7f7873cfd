-- Passkeys are their person's; an administrator may take them away (the handler checks who), never read a key.

call app.secure('passkey');
create policy own on passkey to dealwright_app using (org_id = (select app.org()) and user_id = (select app.actor()))
    with check (org_id = (select app.org()) and user_id = (select app.actor()));
create policy take_away on passkey for delete to dealwright_app
    using (org_id = (select app.org()) and (select app.scope('user.update')) = 'all');
create policy see_to_take_away on passkey for select to dealwright_app
    using (org_id = (select app.org()) and (select app.scope('user.update')) = 'all');
call app.open_to_system('passkey');
-- Ceremonies are the server's own.
call app.secure('passkey_challenge');
call app.open_to_system('passkey_challenge');

grant select, insert, update (name, version), delete on passkey to dealwright_app;
grant select, update (credential, counter, last_used_at) on passkey to dealwright_system;
grant select, insert, delete on passkey_challenge to dealwright_system;

-- Who has a second factor may have changed: sessions are read again.
create or replace trigger access_changed after insert or delete on passkey for each row execute function app.access_changed();
