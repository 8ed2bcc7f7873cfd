import { describe, expect, it } from "vitest";
import { parseAmount, parseNumber, parseTags, typedNumber } from "./parse";

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

describe("parseNumber", () => {
  it.each([
    ["en-US", "1.125", "1.125"],
    ["en-US", "1,125", "1125"],
    ["en-US", "0,125", "0.125"],
    ["de-DE", "1,125", "1.125"],
    ["de-DE", "1.125", "1125"],
    ["de-DE", "1.5", "1.5"],
    ["de-DE", "0.125", "0.125"],
    ["en-US", "1k", "1000"],
  ])("reads in %s %s as %s", (locale, text, value) => {
    expect(parseNumber(text, locale)).toBe(value);
  });

  it.each(["en-US", "de-DE"])("reads in %s what it shows there", (locale) => {
    for (const value of ["12.125", "1234.50", "-3", "0.0001"])
      expect(parseNumber(typedNumber(value, locale), locale)).toBe(value);
  });
});

it("parses tags without repetition", () => {
  expect(parseTags(" urgent, renewal,urgent ,, ")).toEqual(["urgent", "renewal"]);
});
