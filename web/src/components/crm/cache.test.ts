import { QueryClient } from "@tanstack/react-query";
import { expect, it } from "vitest";
import type { Board, Opportunity } from "@/api/types";
import { opportunity, stage } from "@/test/records";
import "./board-cache";
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

const rows = (by: string, more: Partial<Board> = {}): Board => ({
  pipeline: { id: "p1", name: "Sales" },
  by,
  sort: "-amount",
  settable: true,
  columns: [],
  groups: [],
  groups_left_out: 0,
  ...more,
});
const group = (value: string | null, items: Opportunity[]) => ({
  value,
  label: value ?? "None",
  retired: false,
  count: items.length,
  sum: money("0.00"),
  weighted: money("0.00"),
  items,
  next_cursor: null,
});

it("takes a card from one row of a board to another, in its place there, and counts both", () => {
  const client = new QueryClient();
  const worth = (id: string, amount: string) =>
    opportunity({ id, amount_base: money(amount), forecast_category: "commit" });
  const o = opportunity({ owner_id: "u1" });
  const key = (value: string) => ["opportunities", "board", { by: "forecast_category" }, { by: "owner_id", value }];
  client.setQueryData(key("u1"), rows("forecast_category", { groups: [group("pipeline", [o]), group("commit", [])] }));
  client.setQueryData(
    key("u2"),
    rows("forecast_category", { groups: [group("commit", [worth("a", "5000.00"), worth("b", "10.00")])] }),
  );
  client.setQueryData(["opportunities", "lanes", {}], rows("owner_id", { groups: [group("u1", []), group("u2", [])] }));
  patchRecord<Opportunity>(client, "opportunities", "o1", (was) => ({
    ...was,
    owner_id: "u2",
    forecast_category: "commit",
  }));
  const read = (at: unknown[]) => client.getQueryData<Board>(at)?.groups ?? [];
  expect(read(key("u1")).map((g) => g.items.length)).toEqual([0, 0]);
  expect(read(key("u2"))[0]?.items.map((c) => c.id)).toEqual(["a", "o1", "b"]);
  expect(read(["opportunities", "lanes", {}]).map((g) => g.count)).toEqual([-1, 1]);
  // A board by another field than the stage has open deals.
  patchRecord<Opportunity>(client, "opportunities", "o1", (was) => ({ ...was, stage: won, stage_id: won.id }));
  expect(read(key("u2"))[0]?.items.map((c) => c.id)).toEqual(["a", "b"]);
});
