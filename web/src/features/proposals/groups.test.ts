import { expect, it } from "vitest";
import { proposal } from "@/test/records";
import { byRun } from "./groups";
import { readTab, statusOf } from "./status";

it("puts the proposals of one request together, where the first of them stands", () => {
  const [a, b, c] = [
    proposal({ id: "a", run_id: "r1" }),
    proposal({ id: "b", run_id: "r2" }),
    proposal({ id: "c", run_id: "r1" }),
  ];
  expect(byRun([a, b, c])).toEqual([
    { run: "r1", proposals: [a, c] },
    { run: "r2", proposals: [b] },
  ]);
});

it("reads the tab out of the address", () => {
  expect([readTab("approved"), readTab("nonsense"), readTab(undefined)]).toEqual(["approved", "pending", "pending"]);
  expect([statusOf("all"), statusOf("stale")]).toEqual([{}, { status: "stale" }]);
});
