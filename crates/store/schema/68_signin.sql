-- Signing in, and outbound mail.

call app.secure_org('sign_in_policy');
call app.open_to_system('sign_in_policy');
call app.secure_org('one_time_link');
call app.open_to_system('one_time_link');
call app.secure_org('mail');
call app.open_to_system('mail');
call app.secure('session_token_former');
call app.open_to_system('session_token_former');
-- Written by the system role; a person whose password changes ends their own.
call app.secure('sign_in_challenge');
create policy own on sign_in_challenge to dealwright_app using (org_id = (select app.org()) and user_id = (select app.actor()));
call app.open_to_system('sign_in_challenge');

-- Second factors are their person's; an administrator may take one away (the handler checks who), never read one.
call app.secure('totp');
create policy own on totp to dealwright_app using (org_id = (select app.org()) and user_id = (select app.actor()))
    with check (org_id = (select app.org()) and user_id = (select app.actor()));
create policy take_away on totp for delete to dealwright_app
    using (org_id = (select app.org()) and (select app.scope('user.update')) = 'all');
create policy see_to_take_away on totp for select to dealwright_app
    using (org_id = (select app.org()) and (select app.scope('user.update')) = 'all');
call app.open_to_system('totp');
call app.secure('recovery_code');
create policy own on recovery_code to dealwright_app using (org_id = (select app.org()) and user_id = (select app.actor()))
    with check (org_id = (select app.org()) and user_id = (select app.actor()));
create policy take_away on recovery_code for delete to dealwright_app
    using (org_id = (select app.org()) and (select app.scope('user.update')) = 'all');
create policy see_to_take_away on recovery_code for select to dealwright_app
    using (org_id = (select app.org()) and (select app.scope('user.update')) = 'all');
call app.open_to_system('recovery_code');

grant select, update on sign_in_policy to dealwright_app;
grant select, insert, update, delete on one_time_link, totp, recovery_code to dealwright_app;
grant select, insert on mail to dealwright_app;
grant select, delete on sign_in_challenge to dealwright_app;
grant select, insert, update, delete on sign_in_policy, one_time_link, totp, recovery_code, session_token_former, sign_in_challenge, mail
    to dealwright_system;

-- Every organisation has a policy from the start.
create or replace function app.organisation_signs_in() returns trigger language plpgsql security definer set search_path = public, pg_temp as $$
begin
    insert into sign_in_policy (org_id) values (new.id) on conflict do nothing;
    return null;
end $$;
create or replace trigger organisation_signs_in after insert on organisation for each row execute function app.organisation_signs_in();

-- Whether a person has another way in than a password. Single sign-on adds itself here (70_oidc_scim.sql); passkeys go by the
-- same rule as passwords, and do not.
create or replace function app.has_other_way_in(org uuid, person uuid) returns boolean language sql stable
    as $$ select false $$;

-- Whether a password opens for a person: an administrator without another way in is never locked out.
create or replace function app.password_opens(org uuid, person uuid) returns boolean language sql stable as $$
    select p.password_sign_in or (not app.has_other_way_in(org, person) and exists (
        select from user_role ur join role r on r.org_id = ur.org_id and r.id = ur.role_id
        where ur.org_id = org and ur.user_id = person and r.builtin = 'administrator'))
    from sign_in_policy p where p.org_id = org
$$;

-- What is asked of whom at sign-in may have changed: sessions are read again.
create or replace trigger access_changed after update on sign_in_policy for each row execute function app.access_changed();
create or replace trigger access_changed after insert or update of confirmed_at or delete on totp for each row execute function app.access_changed();
