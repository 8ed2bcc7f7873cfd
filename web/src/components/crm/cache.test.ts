import { QueryClient } from "@tanstack/react-query";
import { expect, it } from "vitest";
import type { Board, Opportunity } from "@/api/types";
import { opportunity, stage } from "@/test/records";
import { patchRecord } from "./cache";

const money = (amount: string) => ({ amount, currency: "USD" });
const won = stage("Won", { kind: "won", probability: 100, position: 1 });

function boarded() {
  const client = new QueryClient();
  const o = opportunity();
  const board: Board = {
    pipeline: { id: "p1", name: "Sales" },
    by: "stage",
    sort: "-amount",
    settable: true,
    groups: [],
    groups_left_out: 0,
    columns: [
      {
        stage: stage("Engaging"),
        count: 3,
        sum: money("5000.00"),
        weighted: money("2000.00"),
        items: [o],
        next_cursor: "c",
      },
      { stage: won, count: 1, sum: money("10.00"), weighted: money("10.00"), items: [], next_cursor: null },
    ],
  };
  client.setQueryData(["opportunities", "board", {}, null], board);
  client.setQueryData(["opportunities", "detail", o.id], o);
  return { client, read: () => client.getQueryData<Board>(["opportunities", "board", {}, null])?.columns ?? [] };
}

it("moves a card with its count and sums, and back again", () => {
  const { client, read } = boarded();
  const before = structuredClone(read());
  patchRecord<Opportunity>(client, "opportunities", "o1", (o) => ({ ...o, stage: won, stage_id: won.id }));
  expect(read()[0]).toMatchObject({ count: 2, sum: money("4000.00"), weighted: money("1600.00"), items: [] });
  expect(read()[1]).toMatchObject({ count: 2, sum: money("1010.00"), weighted: money("1010.00") });
  const first = before[0];
  if (!first) throw new Error("no column");
  patchRecord<Opportunity>(client, "opportunities", "o1", (o) => ({
    ...o,
    stage: first.stage,
    stage_id: first.stage.id,
  }));
  expect(read()).toEqual(before);
});

it("follows a new amount in place, and a deletion", () => {
  const { client, read } = boarded();
  patchRecord<Opportunity>(client, "opportunities", "o1", (o) => ({
    ...o,
    amount: money("1500.00"),
    amount_base: money("1500.00"),
  }));
  expect(read()[0]).toMatchObject({ count: 3, sum: money("5500.00") });
  expect(client.getQueryData<Opportunity>(["opportunities", "detail", "o1"])?.amount).toEqual(money("1500.00"));
  patchRecord<Opportunity>(client, "opportunities", "o1", () => null);
  expect(read()[0]).toMatchObject({ count: 2, sum: money("4000.00"), items: [] });
});
