-- Filters that are rare among all deals, or among one's own, in the default order of lists; and parts of names.
create index opportunity_forecast on opportunity (org_id, forecast_category, created_at, id) where deleted_at is null;
create index opportunity_own_forecast on opportunity (org_id, owner_id, forecast_category, created_at, id) where deleted_at is null;
create index opportunity_own_stage on opportunity (org_id, owner_id, stage_id, created_at, id) where deleted_at is null;
create index opportunity_own_source on opportunity (org_id, owner_id, source_id, created_at, id) where deleted_at is null;
create index opportunity_own_lost_reason on opportunity (org_id, owner_id, lost_reason_id, created_at, id) where deleted_at is null and lost_reason_id is not null;
create index opportunity_name_trigram on opportunity using gin (name_sort gin_trgm_ops) where deleted_at is null;
