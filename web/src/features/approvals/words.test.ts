import { expect, test } from "vitest";
import type { ApprovalEntry } from "@/api/types";
import { entryWords, fieldLabel, needsWords } from "./words";

const entry = (more: Partial<ApprovalEntry>): ApprovalEntry => ({
  id: "1",
  at: "2026-01-01T00:00:00Z",
  kind: "approved",
  round: 1,
  level: "Finance",
  actor: { id: "a", name: "Anna" },
  in_place_of: null,
  people: [],
  text: null,
  file: null,
  fields: [],
  ...more,
});

test("the trail says who decided, and in whose place", () => {
  expect(entryWords(entry({}))).toBe("Anna approved (Finance)");
  expect(entryWords(entry({ in_place_of: { id: "b", name: "Ben" } }))).toBe("Anna for Ben approved (Finance)");
  expect(entryWords(entry({ kind: "restarted", level: null, fields: ["amount", "custom.net_margin"] }))).toBe(
    "Anna changed amount, net margin: it began anew",
  );
  const late = entry({ kind: "escalated", actor: null, people: [{ id: "c", name: "Carl" }] });
  expect(entryWords(late)).toBe("Nobody decided in time (Finance): now Carl may");
});

test("how many it takes", () => {
  expect(needsWords("any", 1)).toBe("decides");
  expect(needsWords("any", 3)).toBe("any of them decides");
  expect(needsWords({ quorum: 5 }, 3)).toBe("3 of 3 people must approve");
  expect(fieldLabel("owner_id")).toBe("Owner");
});
