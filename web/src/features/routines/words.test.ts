import { expect, it } from "vitest";
import { audienceWords, costWords, scheduleWords } from "./words";

const figures = {
  runs: 1,
  failed: 0,
  found: 1,
  proposals: 0,
  approved: 0,
  tokens: 0,
  cost_micros: 0,
  ms: 5,
  rating: null,
  ratings: 0,
};

it("says when, for whom and for how much", () => {
  expect(scheduleWords({ at: "07:00", days: ["fri", "mon", "tue", "wed", "thu"] })).toBe("Weekdays at 07:00");
  expect(scheduleWords({ at: "06:30", days: ["sun", "mon"] })).toBe("Mon, Sun at 06:30");
  const nobody = { everyone: false, role_ids: [], team_ids: [], user_ids: [] };
  expect(audienceWords({ audience: { ...nobody, everyone: true }, audience_names: [] })).toBe("Everybody");
  expect(audienceWords({ audience: nobody, audience_names: [{ id: "1", name: "West" }] })).toBe("West");
  expect(costWords(figures)).toBe("no model, no cost");
  expect(costWords({ ...figures, tokens: 10, cost_micros: 1_230_000 })).toBe("$1.23");
});
