import { describe, expect, it } from "vitest";
import { chipsOf, isChanged, nextSort, tabSearch, TABS, withChip } from "./search";

describe("the list's address", () => {
  it("reads filters as chips, and leaves the rest alone", () => {
    expect(chipsOf({ tab: "open", q: "isd", sort: "-amount", "amount.gte": "50000", owner_id: "me,u2" })).toEqual([
      { param: "amount.gte", field: "amount", op: "gte", values: ["50000"] },
      { param: "owner_id", field: "owner_id", op: "is", values: ["me", "u2"] },
    ]);
  });

  it("puts a changed chip in the old one's place", () => {
    const search = { stage_kind: "open", "amount.gte": "1", q: "x" };
    const next = withChip(search, "amount.gte", { field: "amount", op: "lte", values: ["5"] });
    expect(Object.entries(next)).toEqual([
      ["stage_kind", "open"],
      ["amount.lte", "5"],
      ["q", "x"],
    ]);
    expect(withChip(search, "amount.gte", null)).toEqual({ stage_kind: "open", q: "x" });
    expect(withChip({}, null, { field: "tag", op: "is", values: ["urgent"] })).toEqual({ tag: "urgent" });
  });

  it("knows when a tab has been changed", () => {
    const closing = TABS.find((t) => t.id === "closing");
    if (!closing) throw new Error("no such tab");
    expect(isChanged(tabSearch(closing))).toBe(false);
    expect(isChanged({ ...tabSearch(closing), owner_id: "me" })).toBe(true);
    expect(isChanged({ account_id: "a1" })).toBe(false);
  });

  it("sorts down, up, and not at all; with Shift by several", () => {
    expect(nextSort(undefined, "amount", false)).toBe("-amount");
    expect(nextSort("-amount", "amount", false)).toBe("amount");
    expect(nextSort("amount", "amount", false)).toBeUndefined();
    expect(nextSort("-amount", "close_date", true)).toBe("-amount,-close_date");
    expect(nextSort("-amount,-close_date", "amount", true)).toBe("amount,-close_date");
    expect(nextSort("-amount,close_date", "close_date", false)).toBeUndefined();
  });
});
