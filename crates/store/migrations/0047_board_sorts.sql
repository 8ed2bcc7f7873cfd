-- The cards of a stage by their close date, and by how long they have been in it: the board sorts by these too.
create index opportunity_board_close_date on opportunity (org_id, stage_id, close_date, id) where deleted_at is null;
create index opportunity_board_entered on opportunity (org_id, stage_id, stage_entered_at, id) where deleted_at is null;
