import { expect, it } from "vitest";
import type { TimelineEvent } from "@/api/types";
import { words } from "./event-words";

const event = (type: string, more: Partial<TimelineEvent> = {}): TimelineEvent => ({
  id: "e",
  type,
  at: "2026-11-23T10:00:00Z",
  actor: { kind: "user", id: "u1", name: "Vicki", for: null },
  subject: { type: "opportunity", id: "o1", name: "Isdom" },
  changes: [],
  data: {},
  undoable: false,
  undone: false,
  pinned: false,
  activity: null,
  ...more,
});
const change = (field: string, label: string, old_label: string | null, new_label: string | null) => ({
  field,
  label,
  old: 1,
  new: 2,
  old_label,
  new_label,
});

it.each([
  [event("opportunity.created"), "created this opportunity"],
  [
    event("opportunity.moved", { changes: [change("stage_id", "Stage", "Proposal", "Won")] }),
    "moved the deal from Proposal to Won",
  ],
  [
    event("opportunity.updated", { changes: [change("amount", "Amount", "1", "2"), change("name", "Name", "a", "b")] }),
    "changed Amount, Name",
  ],
  [
    event("activity.logged", { data: { kind: "call", subject: "Pricing", duration_minutes: 18 } }),
    "logged a call: Pricing, 18 min",
  ],
  [event("activity.logged", { data: { kind: "note", body: "x" } }), "wrote a note"],
  [event("file.added", { subject: { type: "file", id: "f1", name: "a.pdf" } }), "added the file a.pdf"],
  [
    event("file.quarantined", { subject: { type: "file", id: "f1", name: "a.pdf" }, data: { finding: "Eicar" } }),
    "blocked the file a.pdf: Eicar",
  ],
  [event("task.completed", { data: { title: "Send it" } }), "finished the task Send it"],
  [event("proposal.created", { changes: [change("amount", "Amount", "1", "2")] }), "proposed 1 change"],
  [event("import.rolled_back"), "rolled back an import"],
  [
    event("opportunity.team_changed", { changes: [change("team_id", "Team", "North", "South")] }),
    "moved this opportunity with its owner to South",
  ],
])("%#", (given, sentence) => {
  const { verb, object } = words(given);
  expect(`${verb} ${object}`).toBe(sentence);
});
