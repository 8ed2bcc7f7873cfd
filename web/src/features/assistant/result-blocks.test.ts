import { expect, it } from "vitest";
import type { RunStep } from "@/api/types";
import { blocks, isTold, type Block } from "./result-blocks";

const step = (tool: string, result: object, more: Partial<RunStep> = {}): RunStep => ({
  n: 2,
  kind: "tool",
  title: "Search deals",
  tool,
  arguments: {},
  result: result as RunStep["result"],
  status: "done",
  tokens_in: 0,
  tokens_out: 0,
  cost: "0",
  ...more,
});
const usd = (amount: string) => ({ amount, currency: "USD" });
const deal = (id: string, name: string, more: object = {}) => ({
  id,
  name,
  account: "Isdom",
  owner: "Rita Solberg",
  stage: "Engaging",
  kind: "open",
  amount: usd("1200.00"),
  close_date: "2031-12-04",
  days_in_stage: 12,
  ...more,
});
const one = (all: Block[]): Block => {
  const [block] = all;
  if (!block) throw new Error("there is no block");
  return block;
};

it("makes a table of deals: what is the same in all rows is said once", () => {
  const items = [deal("d1", "GTX Pro"), deal("d2", "Isdom renewal", { amount: usd("900.00"), kind: "won" })];
  expect(one(blocks([step("search_opportunities", { count: 2, items })]))).toEqual({
    kind: "table",
    n: 2,
    title: "Search deals",
    heads: [{ label: "Deal" }, { label: "Stage" }, { label: "Amount", right: true }],
    rows: [
      {
        told: "GTX Pro",
        record: { type: "opportunity", id: "d1" },
        cells: [{ text: "GTX Pro", note: "Isdom" }, { text: "Engaging", note: "12 days" }, { text: "$1,200" }],
      },
      {
        told: "Isdom renewal",
        record: { type: "opportunity", id: "d2" },
        cells: [{ text: "Isdom renewal" }, { text: "Engaging" }, { text: "$900" }],
      },
    ],
    foot: [
      { label: "Closes", text: "Dec 4, 2031" },
      { label: "Owner", text: "Rita Solberg" },
    ],
  });
});

it("leaves out a column that is hidden from the reader", () => {
  const items = ["d1", "d2"].map((id, n) => deal(id, `Deal ${id}`, { amount: undefined, days_in_stage: n + 1 }));
  const table = one(blocks([step("search_opportunities", { items })]));
  expect(table.kind === "table" && table.heads.map((h) => h.label)).toEqual(["Deal", "Stage"]);
});

it("one row is no table, and a step that failed or runs is none", () => {
  const items = [deal("d1", "GTX Pro"), deal("d2", "GTX Basic")];
  expect(blocks([step("search_opportunities", { items: items.slice(1) })])).toEqual([]);
  expect(blocks([step("search_opportunities", { items }, { status: "failed" })])).toEqual([]);
  expect(blocks([step("search_opportunities", { question: "Which one?" })])).toEqual([]);
  expect(blocks([step("search_opportunities", null as never, { status: "running" })])).toEqual([]);
});

it("reads records, days, approvals and duplicates", () => {
  const heads = (tool: string, result: object) => {
    const table = one(blocks([step(tool, result)]));
    return table.kind === "table" ? [table.heads.map((h) => h.label), table.rows[0]] : null;
  };
  const people = [
    { id: "c1", name: "Anna Smith", title: "Buyer", account: "Isdom", email: "anna@isdom.example" },
    { id: "c2", name: "Bob Jones", account: "Betatech" },
  ];
  expect(heads("search_records", { kind: "contact", items: people })).toMatchObject([
    ["Contact", "Account", "E-mail"],
    { record: { type: "contact", id: "c1" }, cells: [{ text: "Anna Smith", note: "Buyer" }, {}, {}] },
  ]);
  const due = [
    {
      type: "task",
      id: "t1",
      name: "Call Isdom",
      due: "2031-01-02",
      amount: null,
      why: [{ words: "due today" }, { words: "high priority" }],
    },
    { type: "opportunity", id: "d1", name: "GTX Pro", due: "2031-01-03", amount: usd("5.00"), why: [] },
  ];
  expect(heads("list_my_day", { items: due })).toMatchObject([
    ["What", "Due", "Amount"],
    { record: { type: "task" }, cells: [{ text: "Call Isdom", note: "due today, high priority" }, {}, { text: "" }] },
  ]);
  const requests = ["Anna", "Bob"].map((name) => ({
    id: name,
    definition: "Discount",
    subject: { name: `Deal of ${name}` },
    requested_by: name,
    on: "2031-01-02",
  }));
  expect(heads("list_approvals", { items: requests })).toMatchObject([
    ["Request", "Asked by"],
    { told: "Discount: Deal of Anna", record: { type: "approval", id: "Anna" } },
  ]);
  const alike = [
    { id: "a1", name: "Isdom GmbH", score: 92, reasons: ["same domain"] },
    { id: "a2", name: "Isdom AG", score: 71, reasons: [] },
  ];
  expect(heads("find_duplicates", { kind: "account", items: alike })).toMatchObject([
    ["Record", "Alike"],
    { record: { type: "account", id: "a1" }, cells: [{ note: "same domain" }, { text: "92 %" }] },
  ]);
});

it("draws bars of groups, by the figure that was asked for", () => {
  const groups = [
    { label: "2031-01", count: 3, sum: usd("300.00"), won: 2, lost: 1, win_rate: "66.7" },
    { label: null, count: 1, sum: usd("100.00"), won: 0, lost: 0, win_rate: null },
  ];
  const chart = (measure: string) => one(blocks([step("query_pipeline", { groups, by: "month", measure })]));
  expect(chart("sum")).toMatchObject({
    of: "Month",
    measure: "Amount",
    most: 300,
    bars: [
      { told: "2031-01", label: "January 2031", value: 300, shown: "$300", note: "3 deals" },
      { told: "(none)", label: "(none)", value: 100, shown: "$100", note: "1 deal" },
    ],
  });
  expect(chart("win_rate")).toMatchObject({
    most: 100,
    bars: [
      { value: 66.7, shown: "66.7 %", note: "2 won, 1 lost" },
      { value: null, shown: "–" },
    ],
  });
  expect(chart("count")).toMatchObject({ measure: "Deals", most: 3, bars: [{ shown: "3", note: "$300" }, {}] });
});

it("draws bars of analytics", () => {
  const row = (label: string | null, value: string) => ({
    keys: [{ by: "owner", key: label, label }],
    figures: [{ measure: "win_rate", unit: "share", value, previous: null, of: [], deals: null }],
  });
  const rows = [row("Rita Solberg", "0.5"), row(null, "0.25")];
  expect(one(blocks([step("query_analytics", { rows })]))).toMatchObject({
    of: "Owner",
    measure: "Win rate",
    most: 1,
    bars: [{ label: "Rita Solberg", value: 0.5, shown: "50 %" }, { label: "(none)" }],
  });
});

it("knows the lines that say what a row says, and no others", () => {
  const items = [deal("d1", "GTX Pro"), deal("d2", "GTX")];
  const all = blocks([step("search_opportunities", { items })]);
  const told = (line: string) => isTold(line, all);
  expect(["- GTX Pro [1]: Isdom, Engaging", "- GTX [2]: Engaging", "- GTX: 5"].map(told)).toEqual([true, true, true]);
  expect(["2 open deals.", "GTX Pro [1] is won.", "- GTX Basic [3]: Won", "- Open task: call"].map(told)).toEqual([
    false,
    false,
    false,
    false,
  ]);
});
