/** The list of opportunities: its tabs and what it can be filtered by. */
import type { FilterDef } from "@/components/crm/list/filters";
import type { ListSpec } from "@/components/crm/list/spec";
import type { Tab } from "@/components/crm/list/search";

const TABS: Tab[] = [
  { id: "open", label: "All open", search: { stage_kind: "open" } },
  { id: "mine", label: "My open", search: { stage_kind: "open", owner_id: "me" } },
  {
    id: "closing",
    label: "Closing this quarter",
    search: { stage_kind: "open", close_date: "this_quarter", sort: "close_date" },
  },
  {
    id: "won",
    label: "Won this quarter",
    search: { stage_kind: "won", close_date: "this_quarter", sort: "-close_date" },
  },
  { id: "all", label: "All", search: {} },
];

const FILTERS: FilterDef[] = [
  { field: "stage_kind", label: "Status", kind: "choice" },
  { field: "pipeline_id", label: "Pipeline", kind: "choice" },
  { field: "stage_id", label: "Stage", kind: "choice" },
  { field: "owner_id", label: "Owner", kind: "choice" },
  { field: "team_id", label: "Team", kind: "choice" },
  { field: "account_id", label: "Account", kind: "account" },
  { field: "account.industry_id", label: "Account’s industry", kind: "choice", options: "industry" },
  { field: "account.region_id", label: "Account’s region", kind: "choice", options: "region" },
  { field: "account.owner_id", label: "Account’s owner", kind: "choice", people: true },
  { field: "primary_contact_id", label: "Primary contact", kind: "contact" },
  { field: "contact_id", label: "Anybody on the deal", kind: "contact" },
  { field: "competitor_id", label: "Competitor", kind: "choice", options: "competitor" },
  { field: "amount", label: "Amount", kind: "money" },
  { field: "close_date", label: "Close date", kind: "date" },
  { field: "probability", label: "Probability", kind: "percent" },
  { field: "forecast_category", label: "Forecast", kind: "choice" },
  { field: "type_id", label: "Type", kind: "choice", options: "opportunity_type" },
  { field: "source_id", label: "Source", kind: "choice", options: "source" },
  { field: "industry_id", label: "Industry", kind: "choice", options: "industry" },
  { field: "region_id", label: "Region", kind: "choice", options: "region" },
  { field: "lost_reason_id", label: "Lost reason", kind: "choice", options: "loss_reason" },
  { field: "lost_to_id", label: "Lost to", kind: "choice", options: "competitor" },
  { field: "won_reason_id", label: "Won reason", kind: "choice", options: "win_reason" },
  { field: "tag", label: "Tag", kind: "text", kept: "tags" },
  { field: "stage_entered_at", label: "In stage since", kind: "date" },
  { field: "created_at", label: "Created", kind: "date" },
  { field: "updated_at", label: "Updated", kind: "date" },
  { field: "closed_at", label: "Closed", kind: "date" },
  { field: "archived", label: "Archive", kind: "choice" },
];

export const SPEC: ListSpec = {
  object: "opportunity",
  path: "/opportunities",
  noun: ["opportunity", "opportunities"],
  placeholder: "Search by name, account or next step",
  tabs: TABS,
  filters: FILTERS,
};
