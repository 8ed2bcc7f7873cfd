import { expect, test } from "vitest";
import { gradeWord, points } from "./score-words";

test("points have their sign, grades are capitals", () => {
  expect([points(20), points(-10), gradeWord("a"), gradeWord(null)]).toEqual(["+20", "−10", "A", "–"]);
});
