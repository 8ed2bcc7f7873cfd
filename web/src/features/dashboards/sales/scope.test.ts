import { expect, test } from "vitest";
import { filtersOf, lastMonths, listSearch } from "./scope";

test("the scope is the list's own filters", () => {
  expect(filtersOf({ whose: "me" })).toEqual({ owner_id: "me" });
  expect(filtersOf({ whose: "t1", region: "r1" })).toEqual({ team_id: "t1", region_id: "r1" });
  expect(listSearch({}, { field: "stage_kind" })).toEqual({ filter: '{"field":"stage_kind"}' });
  expect(lastMonths(3, new Date("2026-01-15T00:00:00"))).toEqual(["2025-11", "2025-12", "2026-01"]);
});
