import { describe, expect, it } from "vitest";
import { readRates } from "./rates";

const usd = { currency: "USD", valid_from: "2026-01-31", rate: "0.93" };

describe("pasted rates", () => {
  it("are read by commas, semicolons, tabs and spaces, in any order, below a heading", () => {
    for (const line of ["USD,2026-01-31,0.93", "USD;2026-01-31;0,93", "2026-01-31\tusd\t0.93", "USD 2026-01-31 0.93"]) {
      expect(readRates(`Currency, from, rate\n${line}\n\n`)).toEqual({ rates: [usd], unread: [] });
    }
  });

  it("name the lines that make no rate", () => {
    expect(readRates("USD,2026-01-31,0.93\nGBP,31.1.2026,1.1\nEuro")).toEqual({
      rates: [usd],
      unread: ["GBP,31.1.2026,1.1", "Euro"],
    });
  });
});
