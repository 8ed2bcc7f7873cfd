/** What the form of a line holds, and what it sends. */
import type { Billing, Line } from "@/api/types";
import { MONTHS_OF } from "@/components/crm/billing";
import { parseNumber, typedNumber } from "@/lib/parse";

export interface LineValues {
  product: string;
  list: string;
  quantity: string;
  price: string;
  discount: string;
  /** What the discount is in. */
  off: "percent" | "amount";
  billing: Billing | "";
  term: string;
}

export const valuesOf = (line: Line | null): LineValues => ({
  product: line?.product_id ?? "",
  list: line?.price_list_id ?? "",
  quantity: typedNumber(line?.quantity ?? "1"),
  price: typedNumber(line?.unit_price.amount ?? ""),
  discount: typedNumber(
    line?.discount_amount?.amount ?? (Number(line?.discount_percent ?? 0) > 0 ? (line?.discount_percent ?? "") : ""),
  ),
  off: line?.discount_amount ? "amount" : "percent",
  billing: line?.billing ?? "",
  term: line?.term_months ? String(line.term_months) : "",
});

export type LineErrors = Partial<Record<keyof LineValues, string>>;

/** What the form can tell is wrong before it is sent: the same rules as the server's. */
export function checkLine(v: LineValues, isNew: boolean): LineErrors {
  const errors: LineErrors = {};
  const number = (text: string) => {
    const read = parseNumber(text);
    return read === null ? null : Number(read);
  };
  const quantity = number(v.quantity);
  if (isNew && !v.product) errors.product = "Choose a product.";
  if (quantity === null || quantity <= 0 || quantity > 1e9 || /\.\d{5,}$/.test(parseNumber(v.quantity) ?? ""))
    errors.quantity = "Above 0, with at most 4 decimals.";
  if (v.price.trim() === "" ? !isNew : number(v.price) === null) errors.price = "Enter a price, like 49.90.";
  if (v.discount.trim() !== "") {
    const off = number(v.discount);
    if (v.off === "percent" && (off === null || off < 0 || off > 100)) errors.discount = "From 0 to 100.";
    if (v.off === "amount" && off === null) errors.discount = "Enter an amount.";
  }
  const months = v.billing === "" ? null : MONTHS_OF[v.billing];
  if (months !== null && v.term.trim() !== "") {
    const term = number(v.term);
    if (term === null || !Number.isInteger(term) || term < 1 || term > 600 || term % months !== 0)
      errors.term = months === 1 ? "From 1 to 600 months." : `From 1 to 600, in steps of ${months}.`;
  }
  return errors;
}

/** The body of a request, in the currency of the line or of the deal. */
export function bodyOf(v: LineValues, currency: string, isNew: boolean) {
  const price = parseNumber(v.price);
  const off = parseNumber(v.discount);
  const months = v.billing === "" ? null : MONTHS_OF[v.billing];
  return {
    quantity: parseNumber(v.quantity) ?? v.quantity.trim(),
    ...(price === null ? {} : { unit_price: { amount: price, currency } }),
    discount_percent: v.off === "percent" ? (off ?? "0") : "0",
    discount_amount: v.off === "amount" && off ? { amount: off, currency } : null,
    ...(v.billing === ""
      ? {}
      : { billing: v.billing, term_months: months === null ? null : Number(parseNumber(v.term) ?? 12) }),
    ...(isNew && v.list ? { price_list_id: v.list } : {}),
  };
}
