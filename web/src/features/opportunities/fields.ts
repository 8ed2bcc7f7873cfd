/** How each field of an opportunity is edited in place, and what a new value sends and shows. */
import type { Money, Opportunity, OptionKind, Ref } from "@/api/types";
import type { FieldKind, FieldValue } from "@/components/crm/editor";
import type { Edit } from "@/components/crm/use-edit";

export interface FieldDef {
  key: keyof Opportunity & string;
  label: string;
  kind: FieldKind;
  clearable: boolean;
  options?: OptionKind;
  choices?: { value: string; label: string }[];
}

const field = (key: FieldDef["key"], label: string, kind: FieldKind, more: Partial<FieldDef> = {}): FieldDef => ({
  key,
  label,
  kind,
  clearable: true,
  ...more,
});

export const FIELDS = {
  name: field("name", "Name", "text", { clearable: false }),
  account: field("account", "Account", "account"),
  primary_contact: field("primary_contact", "Primary contact", "contact"),
  amount: field("amount", "Amount", "money"),
  close_date: field("close_date", "Close date", "date"),
  probability: field("probability", "Probability", "percent", { clearable: false }),
  forecast_category: field("forecast_category", "Forecast", "choice", {
    clearable: false,
    choices: [
      { value: "pipeline", label: "Pipeline" },
      { value: "best_case", label: "Best case" },
      { value: "commit", label: "Commit" },
      { value: "closed", label: "Closed" },
      { value: "omitted", label: "Omitted" },
    ],
  }),
  owner: field("owner", "Owner", "user", { clearable: false }),
  next_step: field("next_step", "Next step", "text"),
  type_id: field("type_id", "Type", "choice", { options: "opportunity_type" }),
  source_id: field("source_id", "Source", "choice", { options: "source" }),
  industry_id: field("industry_id", "Industry", "choice", { options: "industry" }),
  region_id: field("region_id", "Region", "choice", { options: "region" }),
  lost_reason_id: field("lost_reason_id", "Lost reason", "choice", { options: "loss_reason" }),
  lost_notes: field("lost_notes", "Lost notes", "long"),
  lost_to_id: field("lost_to_id", "Lost to", "choice", { options: "competitor" }),
  won_reason_id: field("won_reason_id", "Won reason", "choice", { options: "win_reason" }),
  won_notes: field("won_notes", "Won notes", "long"),
  tags: field("tags", "Tags", "tags"),
} satisfies Record<string, FieldDef>;
export type FieldName = keyof typeof FIELDS;

const REF_KEYS: Partial<Record<FieldDef["key"], "account_id" | "primary_contact_id" | "owner_id">> = {
  account: "account_id",
  primary_contact: "primary_contact_id",
  owner: "owner_id",
};

/** A new value as a change of the record takes it. */
export function bodyOf(def: FieldDef, value: FieldValue): Record<string, unknown> {
  const ref = REF_KEYS[def.key];
  return ref ? { [ref]: (value as Ref | null)?.id ?? null } : { [def.key]: value };
}

export function editOf(record: Opportunity, def: FieldDef, value: FieldValue): Edit<Opportunity> {
  const ref = REF_KEYS[def.key];
  if (ref) {
    const body = bodyOf(def, value);
    return { record, label: def.label, body, next: { [def.key]: value, ...body } };
  }
  const next: Partial<Opportunity> = { [def.key]: value };
  if (def.key === "amount") {
    const was = record.amount_base;
    const money = value as Money | null;
    // The base amount is the server's to reckon; until it answers, the same currency is the same amount.
    if (!money || money.currency === was?.currency) next.amount_base = money;
  }
  return { record, label: def.label, body: { [def.key]: value }, next };
}
