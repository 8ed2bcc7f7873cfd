/** The list of leads: its tabs and what it can be filtered by. */
import type { ListSpec } from "@/components/crm/list/spec";
import { RATINGS } from "./ratings";

export const SPEC: ListSpec = {
  object: "lead",
  path: "/leads",
  noun: ["lead", "leads"],
  placeholder: "Search leads",
  tabs: [
    { id: "open", label: "All open", search: { state: "open" } },
    { id: "mine", label: "My open", search: { state: "open", owner_id: "me" } },
    { id: "converted", label: "Converted", search: { state: "converted" } },
    { id: "all", label: "All", search: {} },
  ],
  filters: [
    {
      field: "state",
      label: "State",
      kind: "choice",
      always: true,
      choices: [
        { value: "open", label: "Open" },
        { value: "converted", label: "Converted" },
      ],
    },
    { field: "status_id", label: "Status", kind: "choice", options: "lead_status" },
    { field: "rating", label: "Rating", kind: "choice", choices: RATINGS.map(([value, label]) => ({ value, label })) },
    { field: "source_id", label: "Source", kind: "choice", options: "source" },
    { field: "industry_id", label: "Industry", kind: "choice", options: "industry" },
    { field: "region_id", label: "Region", kind: "choice", options: "region" },
    { field: "owner_id", label: "Owner", kind: "choice" },
    { field: "team_id", label: "Team", kind: "choice" },
    { field: "name", label: "Name", kind: "words" },
    { field: "company", label: "Company", kind: "words" },
    { field: "email", label: "E-mail", kind: "words" },
    { field: "title", label: "Title", kind: "words" },
    { field: "phone", label: "Phone", kind: "words" },
    { field: "tag", label: "Tag", kind: "text", kept: "tags", always: true },
    { field: "country", label: "Country", kind: "words" },
    { field: "created_at", label: "Came in", kind: "date" },
    { field: "updated_at", label: "Changed", kind: "date" },
    { field: "converted_at", label: "Converted", kind: "date" },
  ],
  groups: [
    { field: "status_id", label: "Status", none: "No status" },
    { field: "rating", label: "Rating", none: "No rating" },
    { field: "source_id", label: "Source", none: "No source" },
    { field: "owner_id", label: "Owner", none: "No owner" },
    { field: "team_id", label: "Team", none: "No team" },
    { field: "industry_id", label: "Industry", none: "No industry" },
    { field: "region_id", label: "Region", none: "No region" },
    { field: "country", label: "Country", none: "No country" },
    { field: "company", label: "Company", none: "No company" },
    { field: "created_at", label: "Month they came in", none: "No date" },
  ],
};
