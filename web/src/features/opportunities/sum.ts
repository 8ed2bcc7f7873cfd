import type { Opportunity } from "@/api/types";
import { money } from "@/lib/format";

/** What their amounts come to, in the organisation's currency. */
export const sum = (records: Opportunity[]): string => {
  const currency = records.find((r) => r.amount_base)?.amount_base?.currency;
  if (!currency) return "";
  const total = records.reduce((n, r) => n + Number(r.amount_base?.amount ?? 0), 0);
  return money({ amount: total.toFixed(2), currency });
};
