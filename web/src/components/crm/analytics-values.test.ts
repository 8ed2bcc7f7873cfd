import { expect, test } from "vitest";
import type { AnalyticsFigure } from "@/api/types";
import { amount, change, shown } from "./analytics-values";

const figure = (more: Partial<AnalyticsFigure>): AnalyticsFigure => ({
  measure: "won",
  unit: "deals",
  value: 1,
  previous: null,
  of: [],
  deals: null,
  ...more,
});

test("figures read by their unit", () => {
  expect(shown(figure({ value: 1200 }))).toBe("1,200");
  expect(shown(figure({ unit: "share", value: "0.6357" }))).toBe("63.6 %");
  expect(shown(figure({ unit: "days", value: "1" }))).toBe("1 day");
  expect(shown(figure({ unit: "money", value: { amount: "2614.50", currency: "EUR" } }))).toBe("€2,615");
  expect([shown(undefined), shown(figure({ value: null }))]).toEqual(["–", "–"]);
  expect(amount(figure({ unit: "money", value: { amount: "2.50", currency: "EUR" } }))).toBe(2.5);
});

test("changes say whether they are good", () => {
  const shares = figure({ measure: "win_rate", unit: "share", value: "0.6", previous: "0.5" });
  expect(change(shares)).toEqual({ text: "10 pt", way: "up", good: true });
  const cycle = figure({ measure: "cycle_days", unit: "days", value: "40", previous: "45" });
  expect(change(cycle)).toEqual({ text: "5 days", way: "down", good: true });
  expect(change(figure({ value: 5, previous: 4 }))).toEqual({ text: "25 %", way: "up", good: true });
  expect(change(figure({ value: 5, previous: 0 }))).toBeNull();
  expect(change(figure({ value: 5 }))).toBeNull();
});
