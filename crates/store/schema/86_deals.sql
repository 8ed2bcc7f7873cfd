-- What hangs on a deal is seen and written as the deal is; that it may be written takes a Permit for the deal, which the
-- handlers have.

call app.secure('deal_contact');
create policy whole on deal_contact to dealwright_app
    using (org_id = (select app.org()) and exists (select from opportunity o where o.org_id = deal_contact.org_id and o.id = opportunity_id))
    with check (org_id = (select app.org()));
call app.secure('deal_competitor');
create policy whole on deal_competitor to dealwright_app
    using (org_id = (select app.org()) and exists (select from opportunity o where o.org_id = deal_competitor.org_id and o.id = opportunity_id))
    with check (org_id = (select app.org()));
grant select, insert, update, delete on deal_contact, deal_competitor to dealwright_app;
