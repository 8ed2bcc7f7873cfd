import { expect, test } from "vitest";
import { chosenWith, fieldWord, sureness } from "./words";

test("one proposal of a field is chosen at most", () => {
  expect(chosenWith(["country:sp500"], "country:domains", true)).toEqual(["country:domains"]);
  expect(chosenWith(["country:sp500"], "industry_id:sp500", true)).toEqual(["country:sp500", "industry_id:sp500"]);
  expect(chosenWith(["country:sp500"], "country:sp500", false)).toEqual([]);
});

test("fields and confidence are words", () => {
  expect([fieldWord("industry_id"), fieldWord("other"), sureness(0.92)]).toEqual(["Industry", "other", "92 % sure"]);
});
