import { expect, test } from "vitest";
import { monthOn, sheetOf } from "./sheet";

test("a sheet is whole weeks with the month in it", () => {
  for (const month of ["2026-02", "2026-11", "2024-02", "2027-08"]) {
    for (const first of [0, 1, 6]) {
      const days = sheetOf(month, first);
      expect(days.length % 7).toBe(0);
      expect(new Date(`${days[0]?.date}T00:00:00Z`).getUTCDay()).toBe(first);
      expect(days.filter((d) => d.inMonth).map((d) => d.date)[0]).toBe(`${month}-01`);
      expect(days.filter((d) => d.inMonth)).toHaveLength(
        new Date(Date.UTC(+month.slice(0, 4), +month.slice(5), 0)).getUTCDate(),
      );
    }
  }
  // Four weeks that begin on the day asked for.
  expect(sheetOf("2026-02", 0)).toHaveLength(28);
});

test("months go over the year", () => {
  expect(monthOn("2026-12", 1)).toBe("2027-01");
  expect(monthOn("2026-01", -1)).toBe("2025-12");
});
