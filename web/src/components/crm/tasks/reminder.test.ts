import { expect, test } from "vitest";
import { localTime } from "@/lib/format";
import { morning, reminderChoice } from "./reminder";

test("a reminder by the day is told from one of its own", () => {
  expect(reminderChoice(morning("2026-11-27", 1), "2026-11-27")).toBe("1");
  expect(reminderChoice(morning("2026-11-27", 0), "2026-11-28")).toBe("1");
  expect(reminderChoice("2026-11-27T03:17:00Z", "2026-11-27")).toBe("at");
  expect(reminderChoice(null, "2026-11-27")).toBe("");
  expect(reminderChoice(morning("2026-11-27", 1), "")).toBe("at");
});

test("it is nine in the morning here", () => {
  expect(localTime(new Date(morning("2026-03-01", 1)))).toBe("2026-02-28T09:00");
});
