import { expect, test } from "vitest";
import { actionOf, bodyOf, draftOf, EMPTY, LANDS, patchOf } from "./values";

test("a rule says of its parts what its measure means", () => {
  const draft = { ...EMPTY, name: " Quick ", condition: " ", pause_while: "  ", places: ["a"] };
  const body = bodyOf(draft);
  expect([body.name, body.condition, body.pause_while, body.places]).toEqual(["Quick", "true", null, []]);
  expect(bodyOf({ ...draft, measure: "time_in_stage" }).places).toEqual(["a"]);
  expect(patchOf(draft)).not.toHaveProperty("object");
});

test("a new rule counts by the first calendar", () => {
  expect(draftOf(null, "c").calendar_id).toBe("c");
  expect(draftOf(null, null).steps).toHaveLength(2);
});

test("what is wrong with a step lands on the steps", () => {
  expect([LANDS["steps[3].do.title"], LANDS["steps[0].after"], LANDS["target.value"]]).toEqual([
    "steps",
    "steps",
    "target",
  ]);
  expect(actionOf("task")).toMatchObject({ title: "", assignee: "owner" });
});
