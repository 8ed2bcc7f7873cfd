import { describe, expect, it } from "vitest";
import type { Stage } from "@/api/types";
import { arrows, complete, differences, NOTHING, placeOf, withStage } from "./model";

const stage = (id: string, kind: Stage["kind"], position: number) => ({ id, name: id, kind, position }) as Stage;
const stages = [
  stage("a", "open", 0),
  stage("b", "open", 1),
  stage("c", "open", 2),
  stage("w", "won", 3),
  stage("l", "lost", 4),
];
const ways = (d: Parameters<typeof complete>[0]) =>
  arrows(complete(d), stages)
    .map((w) => w.from + w.to)
    .sort()
    .join(" ");

describe("a lifecycle", () => {
  it("allows everything when nothing is said", () => {
    expect(arrows(complete({}), stages)).toHaveLength(20);
  });

  it("draws what the presets and the list leave", () => {
    const forward = { no_skip: true, no_backward: true, reopening: { allowed: false } };
    expect(ways(forward)).toBe("ab al bc bl cl cw");
    expect(ways({ ...forward, transitions: [{ from: "a", to: "c" }] })).toBe("ab ac al bc bl cl cw");
    expect(ways({ only_listed: true, reopening: { allowed: false }, transitions: [{ from: "a", to: "w" }] })).toBe(
      "aw",
    );
  });

  it("says what differs", () => {
    const old = complete({});
    const criteria = { ...NOTHING, required: ["amount"] };
    const now = withStage({ ...old, no_skip: true }, "b", { entry: criteria });
    expect(differences(old, now, (id) => id.toUpperCase())).toEqual([
      "One stage at a time: yes",
      "Entering B: asks for amount",
    ]);
    expect(withStage(now, "b", { entry: NOTHING }).stages).toEqual([]);
    expect(placeOf("stages.0.entry.rules.0.expression", now, (id) => id)).toBe("Entering b, a condition");
  });
});
