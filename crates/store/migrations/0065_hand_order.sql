-- The order of a stage's cards that people make by hand: the higher a deal stands, the greater its position. One that is new to
-- a stage comes on top. Microseconds leave room between two of them for what is put there later.
alter table opportunity add column hand_position bigint;
alter table opportunity disable trigger user;
update opportunity set hand_position = (extract(epoch from stage_entered_at) * 1000000)::bigint * 1024;
alter table opportunity enable trigger user;
alter table opportunity
    alter column hand_position set default (extract(epoch from clock_timestamp()) * 1000000)::bigint * 1024,
    alter column hand_position set not null;
create index opportunity_board_hand on opportunity (org_id, stage_id, hand_position, id) where deleted_at is null;
