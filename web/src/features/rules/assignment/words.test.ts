import { expect, test } from "vitest";
import { chooserWords } from "./words";

const nameOf = (id: string) => id.toUpperCase();

test("who is chosen is said in words", () => {
  expect(chooserWords({ by: "user", user_id: "a" }, nameOf)).toBe("A");
  expect(chooserWords({ by: "round_robin", members: ["a", "b", "c"] }, nameOf)).toBe("A, B and C in turn");
  expect(chooserWords({ by: "round_robin", members: ["a", "b", "c", "d", "e"] }, nameOf)).toBe(
    "A, B, C and 2 others in turn",
  );
  expect(chooserWords({ by: "weighted", members: [{ user_id: "a", weight: 3 }] }, nameOf)).toBe("A (3) by weight");
  expect(chooserWords({ by: "territory", areas: [{ country: "x", user_id: "a" }] }, nameOf)).toBe(
    "By territory: 1 territory",
  );
});
