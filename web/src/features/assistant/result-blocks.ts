/**
 * What the steps of a run found, as tables and bars. All of it is from the steps' results; what such a block tells is left out of
 * the text of the answer. Pure.
 */
import type { AnalyticsReport, Money, RunStep } from "@/api/types";
import { LABELS as MEASURES, amount, shown } from "@/components/crm/analytics-values";
import { FORECAST } from "@/components/crm/show-value";
import { date, money, month, moneyRound, number, plural } from "@/lib/format";

interface Cell {
  text: string;
  /** Below it, quietly. */
  note?: string;
}

interface Row {
  /** What a line of the answer that says the same begins with. */
  told: string;
  record: { type: string; id: string } | null;
  cells: Cell[];
}

interface Table {
  kind: "table";
  n: number;
  title: string;
  heads: { label: string; right?: boolean }[];
  rows: Row[];
  /** What is the same in all rows. */
  foot: { label: string; text: string }[];
}

interface Bar {
  told: string;
  label: string;
  /** Not below 0; null where there is nothing to work it out of. */
  value: number | null;
  shown: string;
  note?: string;
}

interface Chart {
  kind: "chart";
  n: number;
  title: string;
  of: string;
  measure: string;
  /** What a whole bar stands for. */
  most: number;
  bars: Bar[];
}

export type Block = Table | Chart;

type Item = Record<string, unknown>;

const text = (item: Item, key: string): string => {
  const value = item[key];
  return typeof value === "string" ? value : typeof value === "number" ? number(value) : "";
};
const amountOf = (item: Item, key = "amount"): Money | null => {
  const value = item[key];
  return typeof value === "object" && value !== null && "currency" in value ? (value as Money) : null;
};
const count = (item: Item, key: string): number => (typeof item[key] === "number" ? item[key] : 0);
const list = (item: Item, key: string): Item[] =>
  Array.isArray(item[key])
    ? (item[key] as unknown[]).filter((i): i is Item => typeof i === "object" && i !== null)
    : [];
const noted = (words: string, note: string): Cell => (note && note !== words ? { text: words, note } : { text: words });

interface Column {
  label: string;
  right?: boolean;
  cell: (item: Item) => Cell;
}

/** A table of items; a column with nothing in any row is not there, and what is the same in all of them is said once. */
function table(
  step: RunStep,
  items: Item[],
  columns: Column[],
  type: (item: Item) => string,
  told?: (item: Item) => string,
): Table | null {
  if (items.length < 2) return null;
  const rest = columns.slice(1).filter((column) => items.some((item) => column.cell(item).text !== ""));
  const foot = rest.flatMap((column) => {
    const [{ text: same, note } = { text: "" }, ...others] = items.map(column.cell);
    const alike = !note && others.every((cell) => cell.text === same && !cell.note);
    return alike ? [{ column, label: column.label, text: same }] : [];
  });
  const used = [...columns.slice(0, 1), ...rest.filter((column) => !foot.some((f) => f.column === column))];
  return {
    kind: "table",
    n: step.n,
    title: step.title,
    heads: used.map(({ label, right }) => ({ label, ...(right ? { right } : {}) })),
    rows: items.map((item) => ({
      told: told ? told(item) : text(item, "name"),
      record: typeof item.id === "string" ? { type: type(item), id: item.id } : null,
      cells: used.map((column) => column.cell(item)),
    })),
    foot: foot.map(({ label, text: same }) => ({ label, text: same })),
  };
}

const plainly = (label: string, key: string): Column => ({ label, cell: (item) => ({ text: text(item, key) }) });
const days = (item: Item): string =>
  count(item, "days_in_stage") > 0 ? plural(count(item, "days_in_stage"), "day") : "";
const AMOUNT: Column = { label: "Amount", right: true, cell: (item) => ({ text: money(amountOf(item)) }) };

const DEALS: Column[] = [
  {
    label: "Deal",
    cell: (item) =>
      noted(text(item, "name"), text(item, "name").includes(text(item, "account")) ? "" : text(item, "account")),
  },
  { label: "Stage", cell: (item) => noted(text(item, "stage"), text(item, "kind") === "open" ? days(item) : "") },
  AMOUNT,
  { label: "Closes", right: true, cell: (item) => ({ text: date(text(item, "close_date")) }) },
  plainly("Owner", "owner"),
];

const STALLED: Column[] = [
  { label: "Deal", cell: (item) => noted(text(item, "name"), text(item, "reason")) },
  { label: "Stage", cell: (item) => noted(text(item, "stage"), days(item)) },
  AMOUNT,
  plainly("Owner", "owner"),
];

const RECORDS: Record<string, Column[]> = {
  account: [
    { label: "Account", cell: (item) => noted(text(item, "name"), text(item, "domain")) },
    plainly("Industry", "industry"),
    plainly("Country", "country"),
    plainly("Owner", "owner"),
  ],
  contact: [
    { label: "Contact", cell: (item) => noted(text(item, "name"), text(item, "title")) },
    plainly("Account", "account"),
    plainly("E-mail", "email"),
    plainly("Phone", "phone"),
    plainly("Owner", "owner"),
  ],
  lead: [
    {
      label: "Lead",
      cell: (item) =>
        noted(text(item, "name"), [text(item, "title"), text(item, "company")].filter(Boolean).join(", ")),
    },
    { label: "Status", cell: (item) => noted(text(item, "status"), text(item, "rating")) },
    plainly("E-mail", "email"),
    plainly("Phone", "phone"),
    plainly("Owner", "owner"),
  ],
};

const DAY: Column[] = [
  {
    label: "What",
    cell: (item) =>
      noted(
        text(item, "name"),
        list(item, "why")
          .map((why) => text(why, "words"))
          .join(", "),
      ),
  },
  { label: "Due", right: true, cell: (item) => ({ text: date(text(item, "due")) }) },
  AMOUNT,
];

const subject = (item: Item): Item =>
  typeof item.subject === "object" && item.subject !== null ? (item.subject as Item) : {};
const APPROVALS: Column[] = [
  { label: "Request", cell: (item) => noted(text(subject(item), "name"), text(item, "definition")) },
  plainly("Asked by", "requested_by"),
  { label: "Since", right: true, cell: (item) => ({ text: date(text(item, "on")) }) },
];

const DUPLICATES: Column[] = [
  {
    label: "Record",
    cell: (item) =>
      noted(
        text(item, "name"),
        Array.isArray(item.reasons) ? item.reasons.filter((r) => typeof r === "string").join(", ") : "",
      ),
  },
  { label: "Alike", right: true, cell: (item) => ({ text: `${number(count(item, "score"))} %` }) },
];

const GROUPS: Record<string, string> = { forecast_category: "Forecast" };
const named = (word: string): string => GROUPS[word] ?? word.replaceAll("_", " ").replace(/^./, (c) => c.toUpperCase());

/** A group as a person reads it: "2026-11" is a month, "best_case" a forecast. */
const groupLabel = (by: string, label: string): string =>
  by === "month" && /^\d{4}-\d\d$/.test(label)
    ? month(label)
    : by === "forecast_category"
      ? (FORECAST[label] ?? label)
      : label;

/** The figure that was asked for, of a group. */
function measured(group: Item, measure: string): Pick<Bar, "value" | "shown" | "note"> {
  const deals = plural(count(group, "count"), "deal");
  const worth = amountOf(group, measure === "average" ? "average" : measure === "weighted" ? "weighted" : "sum");
  if (measure === "win_rate") {
    const rate = typeof group.win_rate === "string" ? Number(group.win_rate) : null;
    return {
      value: rate,
      shown: rate === null ? "–" : `${number(rate)} %`,
      note: `${number(count(group, "won"))} won, ${number(count(group, "lost"))} lost`,
    };
  }
  if (measure === "count")
    return {
      value: count(group, "count"),
      shown: number(count(group, "count")),
      ...(worth ? { note: moneyRound(worth) } : {}),
    };
  return { value: worth ? Number(worth.amount) : null, shown: worth ? moneyRound(worth) : "–", note: deals };
}

const MEASURED: Record<string, string> = {
  count: "Deals",
  sum: "Amount",
  average: "Average",
  weighted: "Weighted",
  win_rate: "Win rate",
};

/** Bars against the most of them; shares against the whole that they are of. */
const whole = (bars: Bar[], of: number | null): Pick<Chart, "bars" | "most"> => ({
  bars,
  most: of ?? Math.max(0, ...bars.map((bar) => bar.value ?? 0)),
});

function pipeline(step: RunStep): Chart | null {
  const groups = list(step.result, "groups");
  const { by, measure } = step.result as { by?: unknown; measure?: unknown };
  if (groups.length < 2 || typeof by !== "string" || typeof measure !== "string") return null;
  return {
    kind: "chart",
    n: step.n,
    title: step.title,
    of: named(by),
    measure: MEASURED[measure] ?? named(measure),
    ...whole(
      groups.map((group) => {
        const label = text(group, "label") || "(none)";
        return { told: label, label: groupLabel(by, label), ...measured(group, measure) };
      }),
      measure === "win_rate" ? 100 : null,
    ),
  };
}

function analytics(step: RunStep): Chart | null {
  const { rows = [] } = step.result as Partial<AnalyticsReport>;
  const first = rows[0]?.figures[0];
  if (rows.length < 2 || !first) return null;
  return {
    kind: "chart",
    n: step.n,
    title: step.title,
    of: (rows[0]?.keys ?? []).map((key) => named(key.by)).join(", "),
    measure: MEASURES[first.measure],
    ...whole(
      rows.map(({ keys, figures }) => {
        const told = keys.map((key) => key.label ?? "(none)").join(", ");
        const label = keys.map((key) => (key.label ? groupLabel(key.by, key.label) : "(none)")).join(", ");
        return { told, label, value: amount(figures[0]), shown: shown(figures[0]) };
      }),
      first.unit === "share" ? 1 : null,
    ),
  };
}

function block(step: RunStep): Block | null {
  const result = step.result as Item;
  const items = list(result, "items");
  const always = (type: string) => () => type;
  switch (step.tool) {
    case "search_opportunities":
      return table(step, items, DEALS, always("opportunity"));
    case "list_stalled":
      return table(step, items, STALLED, always("opportunity"));
    case "search_records":
    case "find_duplicates": {
      const kind = typeof result.kind === "string" ? result.kind : "";
      const columns = step.tool === "find_duplicates" ? DUPLICATES : RECORDS[kind];
      return columns ? table(step, items, columns, always(kind)) : null;
    }
    case "list_my_day":
      return table(step, items, DAY, (item) => text(item, "type"));
    case "list_approvals":
      return table(
        step,
        items,
        APPROVALS,
        always("approval"),
        (item) => `${text(item, "definition")}: ${text(subject(item), "name")}`,
      );
    case "query_pipeline":
      return pipeline(step);
    case "query_analytics":
      return analytics(step);
    default:
      return null;
  }
}

/** The blocks of a run, in the order of its steps. */
export const blocks = (steps: RunStep[]): Block[] =>
  steps.filter((s) => s.status === "done" && typeof s.result === "object").flatMap((s) => block(s) ?? []);

/** Whether a line of the answer says what a row or a bar says already. */
export function isTold(line: string, all: Block[]): boolean {
  const said = /^\s*[-*•]\s+(.*)$/.exec(line)?.[1];
  if (said === undefined) return false;
  const starts = all.flatMap((b) => (b.kind === "table" ? b.rows : b.bars).map(({ told }) => told));
  return starts.some((told) => told !== "" && said.startsWith(told) && /^(\s\[|:|,|$)/.test(said.slice(told.length)));
}
