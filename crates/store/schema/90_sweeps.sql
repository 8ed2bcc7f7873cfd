-- Sweeps are begun and followed by who may change rules.

call app.secure('duplicate_sweep');
create policy org on duplicate_sweep to dealwright_app
    using (org_id = (select app.org()) and (select app.scope('rule.read')) = 'all')
    with check (org_id = (select app.org()) and (select app.scope('rule.update')) = 'all');
grant select, insert, update on duplicate_sweep to dealwright_app;

-- Whether the job that goes by a key still has to be done.
create or replace function app.is_queued(key text) returns boolean
    language sql stable security definer set search_path = public, pg_temp as $$
    select exists (select from job where unique_key = key and org_id = app.org() and finished_at is null and failed_at is null)
$$;
revoke execute on function app.is_queued(text) from public;
grant execute on function app.is_queued(text) to dealwright_app;
