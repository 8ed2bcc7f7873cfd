-- The forecast category: the one that deals get in a stage, and an order of the words for lists to sort by.

alter table stage add column forecast_category text
    check (forecast_category in ('omitted', 'pipeline', 'best_case', 'commit', 'closed'));
alter table opportunity add column forecast_rank bigint generated always as (
    case forecast_category when 'omitted' then 0 when 'pipeline' then 1 when 'best_case' then 2 when 'commit' then 3 else 4 end) stored;
create index opportunity_forecast_rank on opportunity (org_id, forecast_rank, id) where deleted_at is null;
create index opportunity_own_forecast_rank on opportunity (org_id, owner_id, forecast_rank, id) where deleted_at is null;
