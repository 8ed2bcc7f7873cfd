-- Mail. A mailbox and what was seen in it are its person's alone; an administrator sees that there is one and how it does, and
-- not what is in it. The drop mailbox is an administrator's. The system role finds what is due, and whose a token is.

call app.secure_org('mail_policy');
drop policy org on mail_policy;
create policy read on mail_policy for select to dealwright_app using (org_id = (select app.org()));
create policy write on mail_policy to dealwright_app
    using (org_id = (select app.org()) and (select app.scope('organisation.update')) = 'all')
    with check (org_id = (select app.org()) and (select app.scope('organisation.update')) = 'all');
grant select, insert, update on mail_policy to dealwright_app;

-- Who looks at the app as somebody else has nothing to do with their mail.
call app.secure('mailbox');
create policy own on mailbox to dealwright_app
    using (org_id = (select app.org()) and user_id = (select app.actor()) and (select app.scope('viewing')) = 'none')
    with check (org_id = (select app.org()) and user_id = (select app.actor()) and (select app.scope('viewing')) = 'none');
create policy overview on mailbox for select to dealwright_app
    using (org_id = (select app.org()) and (select app.scope('organisation.update')) = 'all');
create policy of_organisation on mailbox to dealwright_app
    using (org_id = (select app.org()) and user_id is null and (select app.scope('organisation.update')) = 'all')
    with check (org_id = (select app.org()) and user_id is null and (select app.scope('organisation.update')) = 'all');
call app.open_to_system('mailbox');
grant select, insert, update, delete on mailbox to dealwright_app;
grant select on mailbox to dealwright_system;
grant update (next_sync_at) on mailbox to dealwright_system;

-- Of one's own mailboxes and, for an administrator, of the drop mailbox.
do $$
declare
    part text;
    mine constant text := 'org_id = (select app.org()) and mailbox_id in (select m.id from mailbox m where m.org_id = app.org()
        and (m.user_id = app.actor() and app.scope(''viewing'') = ''none'' or m.user_id is null))';
begin
    foreach part in array array['mailbox_folder', 'mailbox_message'] loop
        call app.secure(part::regclass);
        execute format('create policy own on %I to dealwright_app using (%s) with check (%s)', part, mine, mine);
    end loop;
end $$;
grant select, insert, update, delete on mailbox_folder, mailbox_message to dealwright_app;

-- Seen as its activity is; written by whose activity it is.
call app.secure('activity_message');
create policy read on activity_message for select to dealwright_app using (org_id = (select app.org())
    and exists (select from activity a where a.org_id = activity_message.org_id and a.id = activity_id));
create policy add on activity_message for insert to dealwright_app with check (org_id = (select app.org()) and owner_id = (select app.actor()));
grant select, insert on activity_message to dealwright_app;

call app.secure('mail_drop');
create policy own on mail_drop to dealwright_app
    using (org_id = (select app.org()) and user_id = (select app.actor()) and (select app.scope('viewing')) = 'none')
    with check (org_id = (select app.org()) and user_id = (select app.actor()) and (select app.scope('viewing')) = 'none');
call app.open_to_system('mail_drop');
grant select, insert, update, delete on mail_drop to dealwright_app;
grant select on mail_drop to dealwright_system;

call app.secure('mail_unmatched');
create policy own on mail_unmatched to dealwright_app
    using (org_id = (select app.org()) and user_id = (select app.actor()) and (select app.scope('viewing')) = 'none')
    with check (org_id = (select app.org()) and user_id = (select app.actor()) and (select app.scope('viewing')) = 'none');
call app.open_to_system('mail_unmatched');
grant select, insert, update, delete on mail_unmatched to dealwright_app;
grant select, delete on mail_unmatched to dealwright_system;
