-- Sweeps are begun and followed by who may change rules.

call app.secure('duplicate_sweep');
create policy org on duplicate_sweep to dealwright_app
    using (org_id = (select app.org()) and (select app.scope('rule.read')) = 'all')
    with check (org_id = (select app.org()) and (select app.scope('rule.update')) = 'all');
grant select, insert, update on duplicate_sweep to dealwright_app;
