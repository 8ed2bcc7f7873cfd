import { describe, expect, it } from "vitest";
import { EMPTY, RECIPES, needs, newStep, scoped, stepWords, triggerWords } from "./model";

describe("words", () => {
  it("say what sets an automation off", () => {
    expect(triggerWords({ object: "opportunity", trigger: { on: "event", moments: ["won", "lost"] } })).toBe(
      "When a deal is won or is lost",
    );
    expect(
      triggerWords({ object: "account", trigger: { on: "event", moments: ["changed"], fields: ["owner_id", "name"] } }),
    ).toBe("When an account is changed (owner, name)");
    expect(
      triggerWords({
        object: "lead",
        trigger: { on: "schedule", at: "08:00", days: ["mon", "thu"], time_zone: "UTC" },
      }),
    ).toBe("Mon, Thu at 08:00, for each lead");
    expect(
      triggerWords({ object: "task", trigger: { on: "schedule", at: "08:00", month_days: [1, 15], time_zone: "UTC" } }),
    ).toBe("On day 1 or 15 at 08:00, for each task");
  });
  it("say what it does", () => {
    expect(stepWords({ do: "set_fields", set: { stage_id: "x", next_step: "y" }, add_tags: ["hot"] })).toBe(
      "set stage, next step, tags",
    );
    expect(stepWords(newStep("notify"))).toBe("tell 1 receiver");
  });
});

describe("rights", () => {
  it("are what the steps need, kept as they were chosen, and never wider than the limit", () => {
    const of = { object: "opportunity" as const, steps: [newStep("set_fields"), newStep("create_task")] };
    expect(needs(of).map((n) => `${n.object}.${n.action}`)).toEqual([
      "opportunity.read",
      "opportunity.update",
      "task.create",
      "task.read",
      "account.read",
      "contact.read",
    ]);
    const limit = { opportunity: { read: "all", update: "team" }, task: { create: "own", read: "own" } } as const;
    expect(scoped(of, { opportunity: { read: "own" }, lead: { read: "all" } }, limit)).toEqual({
      opportunity: { read: "own", update: "team" },
      task: { create: "own", read: "own" },
    });
  });
});

describe("recipes", () => {
  it("are whole but for what only the user knows", () => {
    for (const { definition } of RECIPES) {
      expect(definition.steps.length).toBeGreaterThan(0);
      expect(definition.name).not.toBe(EMPTY.name);
    }
  });
});
