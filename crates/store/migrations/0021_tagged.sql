-- What a page of a tag needs to be read along one index: when each deal was made, and whose it is.

alter table opportunity_tag add column created_at timestamptz, add column owner_id uuid;
update opportunity_tag g set created_at = o.created_at, owner_id = o.owner_id
    from opportunity o where o.org_id = g.org_id and o.id = g.opportunity_id;
alter table opportunity_tag alter column created_at set not null, alter column owner_id set not null;

create index opportunity_tag_created on opportunity_tag (org_id, tag, created_at, opportunity_id);
create index opportunity_tag_owner on opportunity_tag (org_id, owner_id, tag, created_at, opportunity_id);
