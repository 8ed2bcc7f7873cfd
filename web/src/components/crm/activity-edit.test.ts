import { expect, it } from "vitest";
import type { Activity } from "@/api/types";
import { bodyOf, changesOf, draftOf, emptyDraft } from "./activity-edit";

const ann = { contact_id: "c1", user_id: null, address: null, name: "Ann" };
const call = {
  id: "a",
  kind: "call",
  subject: null,
  body: "Prices",
  direction: "out",
  duration_minutes: 9,
  outcome_id: "o1",
  outcome: { id: "o1", name: "Connected" },
  private: false,
  occurred_at: "2026-11-23T10:00:42Z",
  participants: [ann],
  version: 1,
} as unknown as Activity;

it("sends of a kind only what it can have", () => {
  const draft = { ...emptyDraft("note"), body: " Said ", outcome: "o1", minutes: "5", private: true };
  expect(bodyOf(draft)).toEqual({
    kind: "note",
    subject: null,
    body: "Said",
    direction: null,
    duration_minutes: null,
    outcome_id: null,
    private: false,
    participants: [],
  });
  const xi = { contact_id: null, user_id: null, address: "x@y.test", name: "Xi" };
  expect(bodyOf({ ...emptyDraft("call"), participants: [ann, xi] }).participants).toEqual([
    { contact_id: "c1" },
    { address: "x@y.test", name: "Xi" },
  ]);
});

it("sends only what was changed", () => {
  expect(changesOf(call, draftOf(call))).toEqual({});
  expect(changesOf(call, { ...draftOf(call), body: "Terms", participants: [] })).toEqual({
    body: "Terms",
    participants: [],
  });
  expect(Object.keys(changesOf(call, { ...draftOf(call), at: "2026-11-24T10:00" }))).toEqual(["occurred_at"]);
});
