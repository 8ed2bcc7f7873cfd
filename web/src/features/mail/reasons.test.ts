import { expect, test } from "vitest";
import { reasons } from "./reasons";

test("every reason there is something of is told", () => {
  const left_out = { unknown: 3, internal: 0, never: 0, too_large: 1, unreadable: 0, unmatched: 0, no_address: 0 };
  const completeness = { on_server: 9, looked_at: 9, in_mailbox: 5, stored: 3, waiting: 0, removed: 1, left_out };
  expect(reasons({ completeness })).toEqual([
    ["removed since", 1],
    ["with nobody known", 3],
    ["larger than 25 MB", 1],
  ]);
});
