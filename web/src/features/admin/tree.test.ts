import { describe, expect, test } from "vitest";
import type { Team } from "@/api/types";
import { branches, indented, within } from "./tree";

const team = (id: string, parent_id: string | null): Team => ({
  id,
  name: id,
  parent_id,
  lead_id: null,
  members: 0,
  version: 1,
});
const teams = [
  team("World", null),
  team("North", "World"),
  team("City", "North"),
  team("South", "World"),
  team("Lost", "gone"),
];

describe("teams as a tree", () => {
  test("stand below their parents, and at the top when the parent is not there", () => {
    expect(branches(teams).map((b) => b.team.id)).toEqual(["World", "Lost"]);
    expect(indented(teams).map((t) => t.label)).toEqual(["World", "  North", "    City", "  South", "Lost"]);
  });

  test("a team cannot be moved into itself or below", () => {
    expect([...within(teams, "North")]).toEqual(["North", "City"]);
  });
});
