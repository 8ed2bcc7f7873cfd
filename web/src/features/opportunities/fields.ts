/** How each field of an opportunity is edited in place, and what a new value sends and shows. */
import type { Money, Opportunity } from "@/api/types";
import type { FieldKind, FieldValue } from "@/components/crm/editor";
import { fieldEdit, type CellEdit } from "@/components/crm/table/column";
import type { Edit } from "@/components/crm/use-edit";

export type FieldDef = CellEdit<Opportunity>;

const field = (
  key: keyof Opportunity & string,
  label: string,
  kind: FieldKind,
  more: Partial<FieldDef> = {},
): FieldDef => fieldEdit<Opportunity>(key, label, kind, more);

export const FIELDS = {
  name: field("name", "Name", "text", { clearable: false }),
  account: field("account", "Account", "account"),
  primary_contact: field("primary_contact", "Primary contact", "contact", {
    account: (o) => o.account_id ?? undefined,
  }),
  amount: field("amount", "Amount", "money", {
    change: (record, value) => {
      const money = value as Money | null;
      // The base amount is the server's to reckon; until it answers, the same currency is the same amount.
      const same = !money || money.currency === record.amount_base?.currency;
      const next: Partial<Opportunity> = { amount: money, ...(same ? { amount_base: money } : {}) };
      return { record, label: "Amount", body: { amount: value }, next };
    },
  }),
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
  follow_up_date: field("follow_up_date", "Follow-up", "date"),
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

/** For a change that hangs on no record. */
const NO_RECORD: Partial<Opportunity> = {};

/** A new value as a change of the record takes it. */
export const bodyOf = (def: FieldDef, value: FieldValue): Record<string, unknown> =>
  def.change(NO_RECORD as Opportunity, value).body;

export const editOf = (record: Opportunity, def: FieldDef, value: FieldValue): Edit<Opportunity> =>
  def.change(record, value);
