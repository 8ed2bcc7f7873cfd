-- Single sign-on: administrators shape the providers; the system role finds one before anybody is signed in.

do $$
declare
    part text;
begin
    foreach part in array array['claimed_domain', 'identity_provider', 'identity_provider_domain', 'claim_mapping', 'user_identity',
                                'provider_grant', 'scim_token', 'scim_user', 'scim_group', 'scim_group_member'] loop
        call app.secure_org(part::regclass);
        call app.open_to_system(part::regclass);
    end loop;
    -- What is under way, and what hangs on a session at a provider: nobody's to read.
    foreach part in array array['oidc_login', 'oidc_session', 'oidc_logout'] loop
        call app.secure(part::regclass);
        call app.open_to_system(part::regclass);
    end loop;
end $$;

grant select, insert, update, delete on claimed_domain, identity_provider, identity_provider_domain, claim_mapping, user_identity,
    provider_grant, scim_token, scim_user, scim_group, scim_group_member to dealwright_app;
grant select on claimed_domain, identity_provider, identity_provider_domain, user_identity to dealwright_system;
grant select, update on scim_token to dealwright_system;
grant select, insert, delete on oidc_login, oidc_session, oidc_logout to dealwright_system;

-- Who is known to a provider that is switched on has another way in than a password.
create or replace function app.has_other_way_in(org uuid, person uuid) returns boolean language sql stable as $$
    select exists (select from user_identity i join identity_provider p on p.org_id = i.org_id and p.id = i.provider_id
                   where i.org_id = org and i.user_id = person and p.enabled)
$$;
