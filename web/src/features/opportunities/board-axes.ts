/** What a board's columns and rows can be, and what a card gets when it is put into one. */
import { FIELD_LOCKED, useFields } from "@/api/shared";
import type { Opportunity } from "@/api/types";
import type { Col } from "@/components/crm/board-model";
import { useCustomFields } from "@/components/crm/custom-fields";
import type { Setting } from "./use-move";

export interface Axis {
  field: string;
  label: string;
}

const FIELDS: Axis[] = [
  { field: "owner_id", label: "Owner" },
  { field: "team_id", label: "Team" },
  { field: "forecast_category", label: "Forecast" },
  { field: "type_id", label: "Type" },
  { field: "source_id", label: "Source" },
  { field: "industry_id", label: "Industry" },
  { field: "region_id", label: "Region" },
  { field: "account.industry_id", label: "Account’s industry" },
  { field: "account.region_id", label: "Account’s region" },
];

const STAGE: Axis = { field: "stage", label: "Stage" };

const fixed = (field: string) => field === "team_id" || field.startsWith("account.");

/** The fields that this person may see: for columns those that can be set, for rows also those that can't. */
export function useAxes(): { columns: Axis[]; rows: Axis[] } {
  const { hides } = useFields("opportunity");
  const account = useFields("account");
  const custom = useCustomFields("opportunity").filter((f) => f.kind === "select");
  const seen = (field: string) =>
    field.startsWith("account.") ? !account.hides(field.replace("account.", "")) : !hides(field);
  const rows = [
    ...FIELDS.filter((f) => seen(f.field)),
    ...custom.map((f) => ({ field: `custom.${f.key}`, label: f.label })),
  ];
  return { columns: [STAGE, ...rows.filter((f) => !fixed(f.field))], rows };
}

/** Why nothing can be set by putting a card elsewhere. */
export function whyFixed(by: string): string {
  if (by === "team_id") return "The team is the owner’s: give the deal to somebody else instead.";
  if (by.startsWith("account.")) return "It is the account’s: change it there.";
  return FIELD_LOCKED;
}

/** The change that a column or a row of another field than the stage stands for. */
export function settingOf(by: string, label: string, to: Pick<Col, "key" | "title">): Setting {
  const value = to.key === "" ? null : to.key;
  const words = `${label}: ${to.title}`;
  if (by.startsWith("custom.")) {
    const own = { [by.replace("custom.", "")]: value };
    return { body: { custom: own }, next: (o) => ({ custom: { ...o.custom, ...own } }), words };
  }
  const next: Partial<Opportunity> = { [by]: value };
  if (by === "owner_id" && value) next.owner = { id: value, name: to.title };
  return { body: { [by]: value }, next: () => next, words };
}

/** A change of the column and of the row in one. */
export function together(a: Setting | undefined, b: Setting | undefined): Setting | undefined {
  if (!a || !b) return a ?? b;
  const custom = { ...(a.body.custom as object | undefined), ...(b.body.custom as object | undefined) };
  const own = Object.keys(custom).length > 0;
  return {
    body: { ...a.body, ...b.body, ...(own ? { custom } : {}) },
    next: (o) => ({ ...a.next(o), ...b.next(o), ...(own ? { custom: { ...o.custom, ...custom } } : {}) }),
    words: `${a.words}, ${b.words}`,
  };
}
