import { expect, test } from "vitest";
import { added, bodyOf, changed, draftOf, errorAt, removed } from "./draft";

const model = {
  rules: [{ label: "Hot", condition: 'rating == "hot"', points: 15, problems: [] }],
  bands: { a: 60, b: 40, c: 20 },
  shipped: true,
  version: 0,
  updated_by: null,
  updated_at: null,
};

test("rules are added, changed and removed", () => {
  const two = added(draftOf(model));
  expect(two.rules.map((r) => r.key)).toEqual([0, 1]);
  const named = changed(two, 1, { label: "New", condition: "true", points: "-5" });
  expect(bodyOf(removed(named, 0))).toEqual({
    rules: [{ label: "New", condition: "true", points: -5 }],
    bands: { a: 60, b: 40, c: 20 },
  });
});

test("what is no number is nought, and errors are found where they land", () => {
  expect(bodyOf(changed(draftOf(model), 0, { points: "many" })).rules[0]?.points).toBe(0);
  const errors = [{ field: "rules.0.points", message: "points from -100 to 100" }];
  expect([errorAt(errors, "rules.0.points"), errorAt(errors, "bands")]).toEqual(["points from -100 to 100", undefined]);
});
