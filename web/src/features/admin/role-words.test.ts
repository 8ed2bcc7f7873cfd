import { describe, expect, test } from "vitest";
import type { Role } from "@/api/types";
import { asGrants, changed, columns, groups } from "./role-words";

const role = { grants: { opportunity: { read: "own" }, task: { read: "own" } } } as unknown as Role;

describe("the draft of a role", () => {
  test("keeps what differs from what was saved, and nothing else", () => {
    const draft = changed(role, {}, "opportunity", "read", "team");
    expect(draft).toEqual({ "opportunity.read": "team" });
    expect(changed(role, draft, "opportunity", "read", "own")).toEqual({});
    expect(changed(role, {}, "account", "read", "none")).toEqual({});
    expect(asGrants({ ...draft, "opportunity.delete": "all", "task.read": "none" })).toEqual({
      opportunity: { read: "team", delete: "all" },
      task: { read: "none" },
    });
  });

  test("shows objects and actions that it has no word for", () => {
    expect(groups(["opportunity", "forecast"])).toEqual([
      { title: "Sell", objects: ["opportunity"] },
      { title: "More", objects: ["forecast"] },
    ]);
    expect(columns({ user: { impersonate: [], read: [] }, role: { delete: [] } })).toEqual([
      "read",
      "delete",
      "impersonate",
    ]);
  });
});
