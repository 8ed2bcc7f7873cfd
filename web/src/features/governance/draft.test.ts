import { describe, expect, it } from "vitest";
import type { GuardrailsInForce } from "@/api/types";
import { added, bodyOf, changed, draftOf, removed } from "./draft";

const rails: GuardrailsInForce = {
  remote_models: true,
  content_filter: { mode: "block", threshold: 90 },
  injection_filter: { mode: "flag", threshold: 85 },
  blocked_topics: ["tax"],
  keep_prompts: "redacted",
  retention_days: 90,
  tools: [
    {
      role_id: null,
      tool: "update_opportunity",
      allowed: true,
      approval: "below_amount",
      below: { amount: "10.00", currency: "EUR" },
    },
  ],
  known_tools: [],
  stopped: null,
  shipped: false,
  version: 3,
  updated_by: null,
  updated_at: null,
};

describe("the policy as it is edited", () => {
  it("goes back as it came", () => {
    const body = bodyOf(draftOf(rails, "USD"));
    expect(body.tools).toEqual(rails.tools);
    expect(body.blocked_topics).toEqual(["tax"]);
    expect(body.content_filter).toEqual(rails.content_filter);
  });

  it("leaves what is no number to the server", () => {
    const body = bodyOf({ ...draftOf(rails, "USD"), days: "many", topics: " \nlay-offs\n" });
    expect(body.retention_days).toBe(0);
    expect(body.blocked_topics).toEqual(["lay-offs"]);
  });

  it("adds, changes and removes rules", () => {
    const one = added(draftOf(rails, "USD"), "create_task", "USD");
    const two = changed(one, 1, { approval: "own_tasks" });
    expect(bodyOf(two).tools[1]).toEqual({
      role_id: null,
      tool: "create_task",
      allowed: true,
      approval: "own_tasks",
      below: null,
    });
    expect(removed(two, 0).rules.map((rule) => rule.tool)).toEqual(["create_task"]);
  });
});
