/** What lists can be filtered by, and the values in words. */
import { useQueries, useSuspenseQuery } from "@tanstack/react-query";
import { get } from "@/api/client";
import { optionsQuery, pipelinesQuery, stageChoices, teamsQuery, usersQuery } from "@/api/shared";
import type { OptionKind } from "@/api/types";
import { FORECAST } from "@/components/crm/show-value";
import { date, money, number } from "@/lib/format";
import { isBare, type Comparison, type Op } from "./search";

export type FilterKind =
  | "choice"
  | "account"
  | "contact"
  | "money"
  | "percent"
  | "number"
  | "date"
  | "text"
  /** text of which a part is looked for */
  | "words";
export interface FilterDef {
  field: string;
  label: string;
  kind: FilterKind;
  options?: OptionKind;
  /** The field's name in roles, where it is another. */
  kept?: string;
  /** Of a custom field. */
  choices?: FilterChoice[];
  /** Its values are people. */
  people?: boolean;
  /** Its values are teams. */
  teams?: boolean;
  /** It is always there, or there is no asking whether it is. */
  always?: boolean;
}

const NUMBERS: Op[] = ["gte", "lte", "is", "not", "gt", "lt", "between"];
const OPS: Record<FilterKind, Op[]> = {
  money: NUMBERS,
  percent: NUMBERS,
  number: NUMBERS,
  words: ["contains", "is", "not"],
  date: ["is", "not", "gte", "lte", "lt", "gt", "between"],
  choice: ["is", "not"],
  account: ["is", "under", "not"],
  contact: ["is", "not"],
  text: ["is", "not"],
};

export const opsOf = (def: FilterDef): Op[] => (def.always ? OPS[def.kind] : [...OPS[def.kind], "empty", "filled"]);

const NUMBER_WORDS: Partial<Record<Op, string>> = { gte: "at least", lte: "at most", gt: "more than", lt: "less than" };
const DATE_OPS: Partial<Record<Op, string>> = {
  is: "in",
  not: "not in",
  gte: "from",
  lte: "until",
  lt: "before",
  gt: "after",
};

export function opLabel(kind: FilterKind, op: Op, many: boolean): string {
  if (op === "empty") return "is empty";
  if (op === "filled") return "is not empty";
  if (op === "contains" || op === "between") return op;
  if (op === "under") return "is or is below";
  if (kind === "date") return DATE_OPS[op] ?? op;
  if (op === "is") return many ? "is any of" : "is";
  if (op === "not") return many ? "is none of" : "is not";
  return NUMBER_WORDS[op] ?? op;
}

export const DATE_WORDS: Record<string, string> = {
  today: "today",
  yesterday: "yesterday",
  tomorrow: "tomorrow",
  this_week: "this week",
  this_month: "this month",
  this_quarter: "this quarter",
  this_year: "this year",
  last_week: "last week",
  last_month: "last month",
  last_quarter: "last quarter",
  last_year: "last year",
  next_week: "next week",
  next_month: "next month",
  next_quarter: "next quarter",
  next_year: "next year",
  "-7d": "7 days ago",
  "-30d": "30 days ago",
  "-90d": "90 days ago",
  "+7d": "in 7 days",
  "+30d": "in 30 days",
  "+90d": "in 90 days",
};
const KINDS = [
  { value: "open", label: "Open" },
  { value: "won", label: "Won" },
  { value: "lost", label: "Lost" },
];

export interface FilterChoice {
  value: string;
  label: string;
}

export function useFilterChoices(): (def: FilterDef) => FilterChoice[] {
  const users = useSuspenseQuery(usersQuery()).data;
  const teams = useSuspenseQuery(teamsQuery()).data;
  const options = useSuspenseQuery(optionsQuery()).data;
  const pipelines = useSuspenseQuery(pipelinesQuery()).data;
  const named = (list: { id: string; name: string }[]) => list.map((r) => ({ value: r.id, label: r.name }));
  return (def) => {
    if (def.choices) return def.choices;
    if (def.people) return [{ value: "me", label: "Me" }, ...named(users)];
    if (def.teams) return [{ value: "my_team", label: "My team" }, ...named(teams)];
    if (def.options) return named(options.filter((o) => o.kind === def.options));
    switch (def.field) {
      case "stage_kind":
        return KINDS;
      case "pipeline_id":
        return named(pipelines);
      case "stage_id":
        return stageChoices(pipelines).map((c) => ({ value: c.stage.id, label: c.label }));
      case "owner_id":
        return [{ value: "me", label: "Me" }, ...named(users)];
      case "team_id":
        return [{ value: "my_team", label: "My team" }, ...named(teams)];
      case "archived":
        return [
          { value: "true", label: "Archived" },
          { value: "true,false", label: "All" },
        ];
      case "forecast_category":
        return Object.entries(FORECAST).map(([value, label]) => ({ value, label }));
      default:
        return [];
    }
  };
}

/** A relative day that the list above has no words for. */
function dateWords(value: string): string {
  const known = DATE_WORDS[value];
  if (known) return known;
  const [, sign, count, unit] = /^([+-])(\d+)([dwmy])$/.exec(value) ?? [];
  if (!count || !unit) return date(value);
  const words = `${count} ${{ d: "day", w: "week", m: "month", y: "year" }[unit]}${count === "1" ? "" : "s"}`;
  return sign === "-" ? `${words} ago` : `in ${words}`;
}

/** The chips' values in words; the names of accounts and contacts are fetched. */
export function useChipWords(chips: Comparison[], defs: FilterDef[], currency: string): (chip: Comparison) => string {
  const choices = useFilterChoices();
  const filterDef = (field: string) => defs.find((d) => d.field === field);
  const ids = chips.flatMap((c) => {
    const kind = filterDef(c.field)?.kind;
    return kind === "account" || kind === "contact" ? c.values.map((id) => ({ kind, id })) : [];
  });
  const names = useQueries({
    queries: ids.map(({ kind, id }) => ({
      queryKey: [`${kind}s`, "name", id],
      queryFn: async (): Promise<string> =>
        (kind === "account"
          ? await get("/accounts/{id}", { path: { id } })
          : await get("/contacts/{id}", { path: { id } })
        ).name,
      staleTime: 300_000,
      retry: false,
    })),
  });
  return (chip) => {
    const def = filterDef(chip.field);
    if (!def) return "no such field";
    const one = (value: string): string => {
      if (def.kind === "choice") return choices(def).find((c) => c.value === value)?.label ?? value;
      if (def.kind === "account" || def.kind === "contact")
        return names[ids.findIndex((i) => i.id === value)]?.data ?? "…";
      if (def.kind === "money") return money({ amount: value, currency });
      if (def.kind === "number") return number(Number(value));
      if (def.kind === "percent") return `${number(Number(value))} %`;
      if (def.kind === "date") return dateWords(value);
      return value;
    };
    if (isBare(chip.op)) return "";
    return chip.values.map(one).join(chip.op === "between" ? " and " : ", ");
  };
}
