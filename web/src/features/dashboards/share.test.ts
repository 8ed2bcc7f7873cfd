import { expect, test } from "vitest";
import { share } from "./share";

test("a share of nothing is none", () => {
  expect([share(null), share(undefined), share(0), share(97.5)]).toEqual(["–", "–", "0 %", "97.5 %"]);
});
