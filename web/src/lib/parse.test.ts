import { describe, expect, it } from "vitest";
import { parseAmount, parseTags } from "./parse";

describe("parseAmount", () => {
  it.each([
    ["50,000", "50000"],
    ["$50,000.50", "50000.50"],
    ["50k", "50000"],
    ["1.5m", "1500000"],
    ["1234.5", "1234.5"],
    ["1,234,567", "1234567"],
    ["-20", "-20"],
    [".5", "0.5"],
  ])("reads %s as %s in English", (text, amount) => {
    expect(parseAmount(text, "en-US")).toBe(amount);
  });

  it.each([
    ["1.234,50", "1234.50"],
    ["50.000", "50000"],
    ["50.000 €", "50000"],
    ["12,5", "12.5"],
  ])("reads %s as %s in German", (text, amount) => {
    expect(parseAmount(text, "de-DE")).toBe(amount);
  });

  it.each(["", "soon", "—"])("refuses %j", (text) => {
    expect(parseAmount(text, "en-US")).toBeNull();
  });
});

it("parses tags without repetition", () => {
  expect(parseTags(" urgent, renewal,urgent ,, ")).toEqual(["urgent", "renewal"]);
});
