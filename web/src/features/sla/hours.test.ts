import { expect, test } from "vitest";
import { hoursText, hoursWords, readHours } from "./hours";

test("hours are read as they are written, and loosely", () => {
  const hours = [
    { from: "09:00", until: "12:00" },
    { from: "13:00", until: "17:30" },
  ];
  expect(readHours(hoursText(hours))).toEqual(hours);
  expect(readHours("9-12, 13:00 - 17:30")).toEqual(hours);
  expect([readHours(""), readHours("nine to five"), readHours("9-12,")]).toEqual([[], null, null]);
  expect([hoursWords([]), hoursWords(hours)]).toEqual(["free", "09:00–12:00, 13:00–17:30"]);
});
