import { expect, test } from "vitest";
import { REPEATS, repeatWords } from "./repeat";

test("a rule is said in words", () => {
  expect(repeatWords("FREQ=WEEKLY;BYDAY=MO,TH")).toBe("Every week on Monday, Thursday");
  expect(repeatWords("FREQ=MONTHLY;BYDAY=-1FR;COUNT=3")).toBe("Every month on the last Friday 3 times");
  expect(repeatWords("FREQ=DAILY;INTERVAL=10")).toBe("Every 10 days");
  expect(repeatWords("FREQ=MONTHLY;BYMONTHDAY=15;UNTIL=19991231T000000Z")).toMatch(
    /^Every month on day 15 until .*1999/,
  );
});

test("a rule that the words do not reach stays as it is", () => {
  for (const rule of ["FREQ=YEARLY;BYWEEKNO=20", "FREQ=MONTHLY;BYDAY=5MO", "nonsense"])
    expect(repeatWords(rule)).toBe(rule);
});

test("what the form offers has words of its own", () => {
  for (const [rule, words] of REPEATS) expect(repeatWords(rule)).toBe(words);
});
