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
    { field: "account.industry_id", label: "Account’s industry", kind: "choice", options: "industry" },
    { field: "account.region_id", label: "Account’s region", kind: "choice", options: "region" },
    { field: "account.owner_id", label: "Account’s owner", kind: "choice", people: true },
    { field: "name", label: "Name", kind: "words" },
    { field: "email", label: "E-mail", kind: "words" },
    { field: "created_at", label: "Created", kind: "date" },
    { field: "updated_at", label: "Changed", kind: "date" },
  ],
};
