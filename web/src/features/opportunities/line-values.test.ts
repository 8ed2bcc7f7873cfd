import { describe, expect, it } from "vitest";
import { setLocale } from "@/lib/format";
import { bodyOf, checkLine, valuesOf, type LineValues } from "./line-values";

const line = (more: Partial<LineValues> = {}): LineValues => ({ ...valuesOf(null), product: "p1", ...more });

describe("the form of a line", () => {
  it("says what the server would refuse", () => {
    expect(checkLine(line(), true)).toEqual({});
    expect(checkLine(line({ product: "" }), true)).toEqual({ product: "Choose a product." });
    expect(Object.keys(checkLine(line({ quantity: "0", price: "x", discount: "101" }), true))).toEqual([
      "quantity",
      "price",
      "discount",
    ]);
    expect(checkLine(line({ billing: "yearly", term: "18" }), true).term).toBe("From 1 to 600, in steps of 12.");
    expect(checkLine(line({ billing: "one_off", term: "18" }), true)).toEqual({});
    expect(checkLine(line({ price: "" }), false).price).toBeDefined();
  });

  it("takes the decimals of the locale, and a part of a piece", () => {
    setLocale({ locale: "de-DE" });
    const typed = line({ quantity: "1,125", price: "49,90", discount: "12,5" });
    expect(checkLine(typed, true)).toEqual({});
    expect(bodyOf(typed, "EUR", true)).toMatchObject({
      quantity: "1.125",
      unit_price: { amount: "49.90", currency: "EUR" },
      discount_percent: "12.5",
    });
    setLocale({ locale: "en-US" });
    expect(checkLine(line({ quantity: "0.12345" }), true).quantity).toBeDefined();
  });

  it("sends one kind of discount, and a term with what comes again", () => {
    expect(bodyOf(line({ list: "l1" }), "EUR", true)).toEqual({
      quantity: "1",
      discount_percent: "0",
      discount_amount: null,
      price_list_id: "l1",
    });
    expect(bodyOf(line({ price: "1k", discount: "50", off: "amount", billing: "monthly" }), "EUR", false)).toEqual({
      quantity: "1",
      unit_price: { amount: "1000", currency: "EUR" },
      discount_percent: "0",
      discount_amount: { amount: "50", currency: "EUR" },
      billing: "monthly",
      term_months: 12,
    });
    expect(bodyOf(line({ billing: "one_off", term: "12" }), "EUR", false).term_months).toBeNull();
  });
});
