/** What a refused move asks for; fetched when a card is lifted or a stage is reached for. */
import { loadable } from "@/lib/loadable";

export const GateForm = loadable(() => import("./gate-form").then((m) => m.GateForm));

const ASKABLE = new Set([
  ...[
    "account_id",
    "primary_contact_id",
    "amount",
    "close_date",
    "next_step",
    "follow_up_date",
    "type_id",
    "source_id",
    "industry_id",
  ],
  ...["region_id", "tags", "lost_reason_id", "lost_notes", "lost_to_id", "won_reason_id", "won_notes"],
]);

/** Whether the gate has an input for a field. */
export const askable = (field: string): boolean => ASKABLE.has(field) || field.startsWith("custom.");
