/** What products cost: the price lists, and how often a price is due. */
import { queryOptions } from "@tanstack/react-query";
import { get } from "@/api/client";
import type { Billing } from "@/api/types";

export const priceListsQuery = () =>
  queryOptions({ queryKey: ["price-lists"], queryFn: async () => (await get("/price-lists")).items });

export const BILLING: Record<Billing, string> = {
  one_off: "once",
  monthly: "a month",
  quarterly: "a quarter",
  yearly: "a year",
};
export const MONTHS_OF: Record<Billing, number | null> = { one_off: null, monthly: 1, quarterly: 3, yearly: 12 };
