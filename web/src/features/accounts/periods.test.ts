import { expect, test } from "vitest";
import { periodsFrom, periodWords, quarterOf } from "./periods";

test("periods have names", () => {
  expect(["2026", "2026-H1", "2026-H2", "2026-Q3"].map(periodWords)).toEqual([
    "2026",
    "1st half of 2026",
    "2nd half of 2026",
    "Q3 2026",
  ]);
  expect(quarterOf("2026-11-27")).toBe("2026-Q4");
  expect(periodsFrom("2026-11-27")).toHaveLength(14);
});
