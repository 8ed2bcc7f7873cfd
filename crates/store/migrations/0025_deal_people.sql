-- Who has a say in a deal, and who else is after it; what a deal was lost to, and why one was won.

alter table choice drop constraint choice_kind_check;
alter table choice add constraint choice_kind_check
    check (kind in ('opportunity_type', 'source', 'industry', 'region', 'loss_reason', 'win_reason', 'competitor', 'contact_role', 'lead_status'));

-- Whoever has worked with lists already gets the values that a new organisation starts with.
insert into choice (org_id, id, kind, name, position)
select o.id, gen_random_uuid(), s.kind, s.name, s.position
from organisation o,
     (values ('contact_role', 'Decision maker', 0), ('contact_role', 'Economic buyer', 1), ('contact_role', 'Champion', 2),
             ('contact_role', 'Influencer', 3), ('contact_role', 'Technical evaluator', 4), ('contact_role', 'User', 5),
             ('contact_role', 'Blocker', 6),
             ('win_reason', 'Product fit', 0), ('win_reason', 'Price', 1), ('win_reason', 'Relationship', 2),
             ('win_reason', 'Service and support', 3), ('win_reason', 'Speed of delivery', 4)) as s (kind, name, position)
where exists (select from pipeline p where p.org_id = o.id);

alter table opportunity
    add column lost_to_id       uuid,
    add column won_reason_id    uuid,
    add column won_notes        text check (length(won_notes) <= 10000),
    add foreign key (org_id, lost_to_id) references choice (org_id, id),
    add foreign key (org_id, won_reason_id) references choice (org_id, id);
create index opportunity_lost_to on opportunity (org_id, lost_to_id, created_at, id) where deleted_at is null and lost_to_id is not null;
create index opportunity_won_reason on opportunity (org_id, won_reason_id, created_at, id) where deleted_at is null and won_reason_id is not null;

-- A contact's part in a deal. The primary contact stands on the deal itself, and may have a row here too.
create table deal_contact (
    org_id          uuid not null,
    opportunity_id  uuid not null,
    contact_id      uuid not null,
    role_id         uuid,
    note            text check (length(note) <= 2000),
    created_at      timestamptz not null default now(),
    primary key (org_id, opportunity_id, contact_id),
    foreign key (org_id, opportunity_id) references opportunity (org_id, id) on delete cascade,
    foreign key (org_id, contact_id) references contact (org_id, id) on delete cascade,
    foreign key (org_id, role_id) references choice (org_id, id)
);
create index deal_contact_by_contact on deal_contact (org_id, contact_id, opportunity_id);
create index deal_contact_by_role on deal_contact (org_id, role_id) where role_id is not null;

-- A competitor in a deal. The one it was lost to stands on the deal itself, and may have a row here too.
create table deal_competitor (
    org_id          uuid not null,
    opportunity_id  uuid not null,
    competitor_id   uuid not null,
    standing        text not null default 'active' check (standing in ('active', 'ahead', 'behind', 'out')),
    note            text check (length(note) <= 2000),
    created_at      timestamptz not null default now(),
    primary key (org_id, opportunity_id, competitor_id),
    foreign key (org_id, opportunity_id) references opportunity (org_id, id) on delete cascade,
    foreign key (org_id, competitor_id) references choice (org_id, id)
);
create index deal_competitor_by_competitor on deal_competitor (org_id, competitor_id, opportunity_id);
