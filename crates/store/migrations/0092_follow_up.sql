-- A person's own cards in the order they were put in by hand, column by column.
create index opportunity_own_board_hand on opportunity (org_id, owner_id, stage_id, hand_position, id) where deleted_at is null;

-- When to get back to a deal.
alter table opportunity add column follow_up_date date;
create index opportunity_follow_up on opportunity (org_id, follow_up_date, id) where deleted_at is null;
create index opportunity_own_follow_up on opportunity (org_id, owner_id, follow_up_date, id) where deleted_at is null;
