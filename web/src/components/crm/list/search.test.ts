import { describe, expect, it } from "vitest";
import { chipsOf, isChanged, nextSort, paramOf, tabSearch, withChip, type Tab } from "./search";

describe("the list's address", () => {
  it("reads filters as chips, and leaves the rest alone", () => {
    expect(chipsOf({ tab: "open", q: "isd", sort: "-amount", "amount.gte": "50000", owner_id: "me,u2" })).toEqual([
      { param: "amount.gte", field: "amount", op: "gte", values: ["50000"] },
      { param: "owner_id", field: "owner_id", op: "is", values: ["me", "u2"] },
    ]);
  });

  it("has every operator, and leaves the tree alone", () => {
    const search = {
      "amount.between": "1,2",
      "owner_id.not_in": "me,u2",
      "name.ne": "x",
      "custom.tier.is_null": "false",
      "custom.lt": "5",
      filter: "{}",
      group: "owner_id",
    };
    const chips = chipsOf(search);
    expect(chips.map((c) => [c.field, c.op, c.values])).toEqual([
      ["amount", "between", ["1", "2"]],
      ["owner_id", "not", ["me", "u2"]],
      ["name", "not", ["x"]],
      ["custom.tier", "filled", []],
      ["custom.lt", "is", ["5"]],
    ]);
    for (const chip of chips) expect(paramOf(chip)).toEqual([chip.param, search[chip.param as keyof typeof search]]);
    expect(withChip(search, "name.ne", { field: "name", op: "empty", values: [] })).toMatchObject({
      "name.is_null": "true",
    });
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
    const closing: Tab = {
      id: "closing",
      label: "Closing",
      search: { close_date: "this_quarter", sort: "close_date" },
    };
    expect(isChanged(tabSearch(closing), closing.search)).toBe(false);
    expect(isChanged({ ...tabSearch(closing), owner_id: "me" }, closing.search)).toBe(true);
    expect(isChanged({ account_id: "a1" }, undefined)).toBe(false);
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
