import type { Opportunity, Totals } from "@/api/types";
import { money, number } from "@/lib/format";

/** What their amounts come to, in the organisation's currency. */
export const sum = (records: Opportunity[]): string => {
  const currency = records.find((r) => r.amount_base)?.amount_base?.currency;
  if (!currency) return "";
  const total = records.reduce((n, r) => n + Number(r.amount_base?.amount ?? 0), 0);
  return money({ amount: total.toFixed(2), currency });
};

export const countWords = (totals: Totals): string =>
  totals.count_is === "at_least" ? `over ${number(totals.count)}` : number(totals.count);
