/** What a list is of: the catalogue that its tabs, chips, columns and saved views are made from. */
import type { FilterDef } from "./filters";
import type { GroupField } from "./group-by";
import type { Tab } from "./search";

export type ListObject = "opportunity" | "account" | "contact" | "lead";

export interface ListSpec {
  object: ListObject;
  path: "/opportunities" | "/accounts" | "/contacts" | "/leads";
  /** One, and many. */
  noun: [string, string];
  /** What the words of a search are looked for in. */
  placeholder: string;
  tabs: Tab[];
  filters: FilterDef[];
  /** By what it can be put in groups, besides custom fields. */
  groups: GroupField[];
}
