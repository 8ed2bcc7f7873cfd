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
grant select on claimed_domain, identity_provider, identity_provider_domain to dealwright_system;
grant select, update on scim_token to dealwright_system;
grant select, insert, delete on oidc_login, oidc_session, oidc_logout to dealwright_system;
