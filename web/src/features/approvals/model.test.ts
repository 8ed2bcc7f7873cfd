import { expect, test } from "vitest";
import { complete, forObject, NEW, placeOf, sent } from "./model";

test("what is read is complete, and is sent as it was", () => {
  const rules = complete({ object: "opportunity", levels: [{ name: "One", approvers: [{ kind: "team_lead" }] }] });
  expect(rules.levels[0]).toEqual({ name: "One", approvers: [{ kind: "team_lead" }], needs: "any", escalation: null });
  expect(rules.by_mail).toBe(true);
  expect(sent({ ...rules, condition: " " }).condition).toBeNull();
});

test("what another object had does not come along", () => {
  const lead = forObject({ ...NEW, stages: ["a"], condition: "discount > 20" }, "lead");
  expect([lead.stages, lead.condition, lead.conversion, lead.fields]).toEqual([[], "", true, []]);
  expect(sent({ ...NEW, object: "proposal", automatic: true, stages: ["a"] })).toMatchObject({
    stages: [],
    fields: [],
    automatic: false,
  });
});

test("a problem is told by its place", () => {
  expect(placeOf("rules.levels.0.approvers.1", NEW)).toBe("Manager, who is asked");
  expect(placeOf("rules.condition", NEW)).toBe("The condition");
});
