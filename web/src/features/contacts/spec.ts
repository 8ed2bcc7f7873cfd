/** The list of contacts: its tabs and what it can be filtered by. */
import type { ListSpec } from "@/components/crm/list/spec";

export const SPEC: ListSpec = {
  object: "contact",
  path: "/contacts",
  noun: ["contact", "contacts"],
  placeholder: "Search contacts",
  tabs: [
    { id: "all", label: "All", search: {} },
    { id: "mine", label: "Mine", search: { owner_id: "me" } },
  ],
  filters: [
    { field: "owner_id", label: "Owner", kind: "choice" },
    { field: "team_id", label: "Team", kind: "choice" },
    { field: "account_id", label: "Account", kind: "account" },
    { field: "account.name", label: "Account’s name", kind: "words" },
    { field: "account.industry_id", label: "Account’s industry", kind: "choice", options: "industry" },
    { field: "account.region_id", label: "Account’s region", kind: "choice", options: "region" },
    { field: "account.owner_id", label: "Account’s owner", kind: "choice", people: true },
    { field: "account.team_id", label: "Account’s team", kind: "choice", teams: true },
    { field: "account.country", label: "Account’s country", kind: "words" },
    { field: "account.employees", label: "Account’s employees", kind: "number" },
    { field: "account.annual_revenue", label: "Account’s revenue", kind: "money" },
    { field: "account.domain", label: "Account’s domain", kind: "words" },
    { field: "name", label: "Name", kind: "words" },
    { field: "email", label: "E-mail", kind: "words" },
    { field: "title", label: "Title", kind: "words" },
    { field: "phone", label: "Phone", kind: "words" },
    { field: "tag", label: "Tag", kind: "text", kept: "tags", always: true },
    { field: "created_at", label: "Created", kind: "date" },
    { field: "updated_at", label: "Changed", kind: "date" },
  ],
  groups: [
    { field: "account_id", label: "Account", none: "No account" },
    { field: "owner_id", label: "Owner", none: "No owner" },
    { field: "team_id", label: "Team", none: "No team" },
    { field: "account.industry_id", label: "Account’s industry", none: "No industry" },
    { field: "account.region_id", label: "Account’s region", none: "No region" },
    { field: "account.country", label: "Account’s country", none: "No country" },
    { field: "created_at", label: "Month created", none: "No date" },
  ],
};
