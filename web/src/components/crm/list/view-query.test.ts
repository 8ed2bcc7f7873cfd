import { describe, expect, it } from "vitest";
import type { SavedView } from "@/api/types";
import type { FilterDef } from "./filters";
import { baseOf, searchOf, selectionOf } from "./view-query";

const DEFS: FilterDef[] = [
  { field: "owner_id", label: "Owner", kind: "choice" },
  { field: "amount", label: "Amount", kind: "money" },
  { field: "custom.note", label: "Note", kind: "words" },
];
const view = (more: Partial<SavedView>): SavedView => ({
  id: "v1",
  object: "opportunity",
  name: "View",
  owner_id: "u1",
  owner: { id: "u1", name: "Rita" },
  visibility: "private",
  layout: "list",
  sort: [],
  columns: [],
  pinned: false,
  default: false,
  may: { update: true, delete: true },
  version: 1,
  ...more,
});

describe("a saved view and the list's address", () => {
  const search = {
    view: "v1",
    owner_id: "me,u2",
    "amount.gte": "50000",
    "custom.note": "one, two",
    q: "isd",
    sort: "-amount,name",
  };

  it("say the same", () => {
    const said = selectionOf(search, DEFS);
    expect(said).toEqual({
      filter: {
        and: [
          { field: "owner_id", op: "in", value: ["me", "u2"] },
          { field: "amount", op: "gte", value: "50000" },
          { field: "custom.note", op: "eq", value: "one, two" },
        ],
      },
      q: "isd",
      sort: ["-amount", "name"],
    });
    expect(searchOf(view({ ...said, filter: said.filter }))).toEqual(search);
  });

  it("a view without a filter shows everything", () => {
    expect(selectionOf({ tab: "all" }, DEFS)).toEqual({ filter: null, q: null, sort: [] });
    expect(searchOf(view({ filter: null }))).toEqual({ view: "v1" });
  });

  it("what chips can't say stands in the address as a tree, and comes back the same", () => {
    const condition = { field: "amount", op: "gte", value: 1 };
    const address = (filter: Record<string, unknown>) => {
      const { view: _, ...search } = searchOf(view({ filter }));
      return search;
    };
    expect(address(condition)).toEqual({ "amount.gte": "1" });
    expect(address({ field: "amount", op: "between", value: [1, 2] })).toEqual({ "amount.between": "1,2" });
    expect(address({ field: "amount", op: "is_null", value: false })).toEqual({ "amount.is_null": "false" });
    // Keys are in the order of their names, whatever order the database has.
    const either = { or: [{ op: "eq", field: "owner_id", value: "me" }, condition] };
    const said = '{"or":[{"field":"owner_id","op":"eq","value":"me"},{"field":"amount","op":"gte","value":1}]}';
    expect(address({ and: [condition, either] })).toEqual({ "amount.gte": "1", filter: said });
    expect(selectionOf({ "amount.gte": "1", filter: said }, DEFS).filter).toEqual({
      and: [{ field: "amount", op: "gte", value: "1" }, JSON.parse(said) as unknown],
    });
    // Twice the same field, by the same operator: one of them is a tree.
    expect(address({ and: [condition, { ...condition, value: 2 }] })).toEqual({
      "amount.gte": "1",
      filter: '{"field":"amount","op":"gte","value":2}',
    });
    expect(searchOf(view({ grouping: "owner_id" }))).toEqual({ view: "v1", group: "owner_id" });
  });

  it("a change is told from the view, or else from the tab", () => {
    const tabs = [{ id: "mine", label: "Mine", search: { owner_id: "me" } }];
    expect(baseOf({ tab: "mine" }, [], tabs)).toEqual({ owner_id: "me" });
    expect(baseOf({ view: "v1" }, [view({ q: "x" })], tabs)).toEqual({ view: "v1", q: "x" });
    expect(baseOf({ view: "gone" }, [], tabs)).toBeUndefined();
  });
});
