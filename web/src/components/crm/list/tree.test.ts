import { describe, expect, it } from "vitest";
import type { FilterDef } from "./filters";
import { groupOf, treeIn, treeOf, withTree, written } from "./tree";
import { groupWords } from "./tree-words";

const DEFS: FilterDef[] = [
  { field: "amount", label: "Amount", kind: "money" },
  { field: "owner_id", label: "Owner", kind: "choice" },
  { field: "name", label: "Name", kind: "words" },
];
const over = { field: "amount", op: "gte", value: "5" };
const mine = { field: "owner_id", op: "eq", value: "me" };

describe("a filter with groups", () => {
  it("is the same in the editor and in the API", () => {
    for (const tree of [
      { or: [over, mine] },
      { and: [over, { or: [mine, { field: "name", op: "is_null", value: true }] }] },
      { not: { or: [over, mine] } },
      { and: [{ field: "owner_id", op: "not_in", value: ["me", "u2"] }] },
      { or: [{ field: "amount", op: "between", value: ["1", "2"] }] },
    ]) {
      const group = groupOf(tree);
      expect(group).not.toBeNull();
      expect(group && treeOf(group, DEFS)).toEqual(tree);
    }
    expect(groupOf(over)).toEqual({ mode: "all", items: [{ field: "amount", op: "gte", values: ["5"] }] });
    expect(groupOf({ not: over })).toEqual({ mode: "none", items: [{ field: "amount", op: "gte", values: ["5"] }] });
  });

  it("that is deeper, empty or none at all is not for the editor", () => {
    for (const tree of [{ or: [{ and: [{ or: [over] }] }] }, { or: [] }, { and: [{}] }, "x", null, { field: 5 }])
      expect(groupOf(tree)).toBeNull();
    expect(treeIn({ filter: "{" })).toBeNull();
    expect(treeIn({ filter: "5" })).toBeNull();
  });

  it("stands in the address, and is said in words", () => {
    const search = withTree({ tab: "all" }, { or: [over, mine] });
    expect(search.filter).toBe(written({ or: [over, mine] }));
    expect(withTree(search, null)).toEqual({ tab: "all" });
    const group = groupOf(treeIn(search));
    expect(group && groupWords(group, DEFS, (c) => c.values.join())).toBe("Any of 2: Amount at least 5; Owner is me");
  });
});
