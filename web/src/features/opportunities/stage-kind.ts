import type { Opportunity } from "@/api/types";
import { daysSince, daysUntil } from "@/lib/format";

/** Past this many days in one stage, a deal is called slow. */
const SLOW = 21;

export const daysInStage = (o: Opportunity): number => daysSince(o.stage_entered_at);

/** The one warning that matters for an open deal, or null. */
export function warning(o: Opportunity): { text: string; late: boolean } | null {
  if (o.stage.kind !== "open") return null;
  const left = o.close_date ? daysUntil(o.close_date) : null;
  if (left !== null && left < 0) return { text: `${-left} d past close`, late: true };
  const days = daysInStage(o);
  return days > SLOW ? { text: `${days} d in stage`, late: false } : null;
}
