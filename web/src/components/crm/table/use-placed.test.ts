import { expect, it } from "vitest";

import { CHECK_WIDTH, MIN_WIDTH, place } from "./use-placed";

const COLUMNS = [
  { id: "name", header: "Opportunity", width: 180 },
  { id: "stage", header: "Stage", width: 116 },
  { id: "amount", header: "Amount", width: 100 },
  { id: "owner", header: "Owner", width: 136 },
];
const column = (id: string, pinned = false, width: number | null = null) => ({ id, pinned, width });

it("what stays stands beside what stays, and the last of it has the edge", () => {
  const placed = place(COLUMNS, [column("name"), column("stage", true, 90), column("amount")]);
  expect(placed.map((c) => [c.id, c.left, c.edge])).toEqual([
    ["name", CHECK_WIDTH, false],
    ["stage", CHECK_WIDTH + 180, true],
    ["amount", null, false],
  ]);
});

it("a width is what was drawn, or what the column comes with; no column is too narrow to use", () => {
  const placed = place(COLUMNS, [
    column("name"),
    column("amount", false, 3),
    column("owner", false, 300),
    column("gone"),
  ]);
  expect(placed.map((c) => c.size)).toEqual([180, MIN_WIDTH, 300]);
});
