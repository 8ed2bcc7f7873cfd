-- What an organisation may know of others before it claims an e-mail domain: whether there are any, and whether one of
-- them has the domain.

create or replace function app.sole_organisation() returns boolean
    language sql stable security definer set search_path = public, pg_temp as $$
    select count(*) = 1 from (select from organisation limit 2) as o
$$;

create or replace function app.proven_elsewhere(wanted text[]) returns boolean
    language sql stable security definer set search_path = public, pg_temp as $$
    select exists (select from claimed_domain where domain = any (wanted) and verified_at is not null and org_id <> app.org())
$$;

revoke execute on function app.sole_organisation(), app.proven_elsewhere(text[]) from public;
grant execute on function app.sole_organisation(), app.proven_elsewhere(text[]) to dealwright_app;
