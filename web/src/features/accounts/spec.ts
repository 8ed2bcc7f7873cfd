/** The list of accounts: its tabs and what it can be filtered by. */
import type { ListSpec } from "@/components/crm/list/spec";

export const SPEC: ListSpec = {
  object: "account",
  path: "/accounts",
  noun: ["account", "accounts"],
  placeholder: "Search accounts",
  tabs: [
    { id: "all", label: "All", search: {} },
    { id: "mine", label: "Mine", search: { owner_id: "me" } },
  ],
  filters: [
    { field: "owner_id", label: "Owner", kind: "choice" },
    { field: "team_id", label: "Team", kind: "choice" },
    { field: "industry_id", label: "Industry", kind: "choice", options: "industry" },
    { field: "region_id", label: "Region", kind: "choice", options: "region" },
    { field: "country", label: "Country", kind: "words" },
    { field: "employees", label: "Employees", kind: "number" },
    { field: "annual_revenue", label: "Revenue", kind: "money" },
    { field: "parent_id", label: "Parent", kind: "account" },
    { field: "name", label: "Name", kind: "words" },
    { field: "domain", label: "Domain", kind: "words" },
    { field: "phone", label: "Phone", kind: "words" },
    { field: "website", label: "Website", kind: "words" },
    { field: "tag", label: "Tag", kind: "text", kept: "tags", always: true },
    { field: "created_at", label: "Created", kind: "date" },
    { field: "updated_at", label: "Changed", kind: "date" },
  ],
  groups: [
    { field: "owner_id", label: "Owner", none: "No owner" },
    { field: "team_id", label: "Team", none: "No team" },
    { field: "industry_id", label: "Industry", none: "No industry" },
    { field: "region_id", label: "Region", none: "No region" },
    { field: "country", label: "Country", none: "No country" },
    { field: "parent_id", label: "Parent", none: "No parent" },
    { field: "created_at", label: "Month created", none: "No date" },
  ],
};
