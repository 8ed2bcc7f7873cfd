/** What the columns of the list, and the fields of cards, are called, in their order. */

export const HEADERS = {
  name: "Opportunity",
  account: "Account",
  amount: "Amount",
  close_date: "Close date",
  stage: "Stage",
  owner: "Owner",
  forecast_category: "Forecast",
  in_stage: "In stage",
  next_step: "Next step",
  follow_up_date: "Follow-up",
  updated: "Active",
  probability: "Probability",
  expected_revenue: "Weighted",
  contact: "Primary contact",
  type_id: "Type",
  source_id: "Source",
  industry_id: "Industry",
  region_id: "Region",
  lost_reason_id: "Lost reason",
  lost_to_id: "Lost to",
  won_reason_id: "Won reason",
  tags: "Tags",
  created: "Created",
};

/** The field whose role decides whether a column shows; a weighted amount tells both of its parts. */
const FIELD_OF: Record<string, string[]> = { expected_revenue: ["amount", "probability"] };
/** Whether a role hides what the column shows. */
export const isHidden = (id: string, hides: (field: string) => boolean): boolean => (FIELD_OF[id] ?? [id]).some(hides);
