import { describe, expect, it } from "vitest";
import type { Notification } from "@/api/types";
import { changeWords, snoozeTimes, target, words } from "./words";

const base: Notification = {
  id: "n",
  kind: "followed_record_changed",
  record: { type: "opportunity", id: "o", name: "Deal" },
  actor: { id: "a", name: "Ada" },
  count: 1,
  others: 0,
  changes: [],
  activity_id: null,
  excerpt: null,
  created_at: "2026-11-27T10:00:00Z",
  read_at: null,
  snoozed_until: null,
};

describe("notification words", () => {
  it("says who did what", () => {
    expect(words(base)).toEqual({ who: "Ada", did: "changed", what: "Deal" });
    expect(words({ ...base, activity_id: "x" }).did).toBe("wrote a note on");
    expect(words({ ...base, kind: "assigned_to_me", count: 1200 }).what).toMatch(/1.?200 records/);
    expect(target(base)).toEqual({ to: "/opportunities/$id", params: { id: "o" } });
  });

  it("tells a stage by its name and what is empty by a dash", () => {
    const change = { field: "stage_id", old: "1", new: "2", old_label: "Demo", new_label: "Won" };
    const amount = { field: "amount", old: null, new: null, old_label: null, new_label: null };
    expect(changeWords({ ...base, changes: [change, amount] })).toEqual(["Stage: Demo → Won", "Amount: – → –"]);
  });

  it("puts off until times that are ahead", () => {
    for (const day of [22, 23, 24, 25, 26, 27, 28]) {
      const now = new Date(2026, 10, day, 15);
      const times = snoozeTimes(now).map((t) => new Date(t.until));
      expect(times.every((t) => t > now)).toBe(true);
      expect(times[2]?.getDay()).toBe(1);
    }
  });
});
