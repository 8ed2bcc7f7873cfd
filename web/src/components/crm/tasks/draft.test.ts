import { expect, test } from "vitest";
import { bodyOf, changedOf, dueIn, newDraft } from "./draft";

test("working days leave out the weekend", () => {
  const thursday = new Date(2026, 10, 26);
  expect(dueIn(2, true, thursday)).toBe("2026-11-30");
  expect(dueIn(2, false, thursday)).toBe("2026-11-28");
  expect(dueIn(0, true, new Date(2026, 10, 28))).toBe("2026-11-30");
});

test("only what was changed is sent", () => {
  const draft = newDraft({ id: "u", name: "Ada" });
  const before = bodyOf(draft);
  expect(changedOf(bodyOf({ ...draft, title: " " }), before)).toEqual({});
  const steps = [
    { text: "One", done: false },
    { text: " ", done: false },
  ];
  expect(changedOf(bodyOf({ ...draft, checklist: steps, due: "" }), before)).toEqual({
    due_date: null,
    checklist: [{ text: "One", done: false }],
  });
});
