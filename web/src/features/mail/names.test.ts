import { expect, test } from "vitest";
import { nameOf } from "./names";

test("a name is told from what a mail program calls somebody", () => {
  const of = (name: string | null) => nameOf({ address: "nadia.berg@isdom.test", name });
  expect(of("Nadia Berg")).toEqual({ first_name: "Nadia", last_name: "Berg" });
  expect(of("Berg, Nadia")).toEqual({ first_name: "Nadia", last_name: "Berg" });
  expect(of("Nadia")).toEqual({ first_name: null, last_name: "Nadia" });
  expect(of(null)).toEqual({ first_name: null, last_name: "nadia.berg" });
});
