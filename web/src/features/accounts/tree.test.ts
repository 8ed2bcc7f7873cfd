import { expect, test } from "vitest";
import type { HierarchyNode } from "@/api/types";
import { isWithin, rowsOf } from "./tree";

const none = { open_opportunities: 0, open_amount: null, won_opportunities: 0, won_amount: null, people: 0 };
const node = (id: string, parent_id: string | null): HierarchyNode => ({
  id,
  name: id,
  parent_id,
  owner: { id: "u", name: "U" },
  version: 1,
  may_move: true,
  own: none,
  with_below: none,
});
const NODES = [node("top", null), node("left", "top"), node("right", "top"), node("leaf", "left")];

test("rows stand below their parents, and close with them", () => {
  const told = (closed: string[]) => rowsOf(NODES, new Set(closed)).map((r) => `${r.depth} ${r.node.id} ${r.children}`);
  expect(told([])).toEqual(["0 top 2", "1 left 1", "2 leaf 0", "1 right 0"]);
  expect(told(["left"])).toEqual(["0 top 2", "1 left 1", "1 right 0"]);
  expect(rowsOf([node("a", "hidden")], new Set()).map((r) => r.depth)).toEqual([0]);
});

test("an account is not moved below itself", () => {
  expect(isWithin(NODES, "leaf", "top")).toBe(true);
  expect(isWithin(NODES, "top", "top")).toBe(true);
  expect(isWithin(NODES, "right", "left")).toBe(false);
});
