/** What stands below the columns of a list: figures over all that its filter finds. */
import { keepPreviousData, queryOptions, useQuery } from "@tanstack/react-query";
import { get } from "@/api/client";
import { sentence } from "@/api/problem";
import type { Measure, Money } from "@/api/types";
import { apiFilters, type ListSearch } from "@/components/crm/list/search";
import type { ListSpec } from "@/components/crm/list/spec";
import type { ChosenColumn } from "@/components/crm/list/use-columns";
import { date, moneyRound, moneyShort, number } from "@/lib/format";
import type { TableColumn } from "./column";

export interface Figures {
  /** In words, by column. */
  words: Record<string, string>;
  /** Why there are none. */
  failed: string | null;
  loading: boolean;
}

const figuresQuery = (spec: ListSpec, search: ListSearch, of: string) =>
  queryOptions({
    queryKey: [spec.path.slice(1), "figures", of, apiFilters(search), search.q],
    queryFn: ({ signal }) => get(`${spec.path}/figures`, { query: { ...apiFilters(search), q: search.q, of }, signal }),
    placeholderData: keepPreviousData,
    retry: false,
  });

/** A figure as the API says it: an amount, a number of records, or a number, a day or a time as text. */
function figureWords(value: unknown): string {
  if (value === null || value === undefined) return "—";
  if (typeof value === "number") return number(value);
  if (typeof value === "object") {
    const amount = value as Money;
    // As many digits as a column has room for.
    return Math.abs(Number(amount.amount)) < 100_000 ? moneyRound(amount) : moneyShort(amount);
  }
  const text = typeof value === "string" ? value : "";
  if (/^-?\d+(\.\d+)?$/.test(text)) return number(Number(text));
  return date(text.slice(0, 10));
}

export function useFigures<R>(
  spec: ListSpec,
  search: ListSearch,
  defs: TableColumn<R>[],
  shown: ChosenColumn[],
): Figures {
  const wanted = shown.flatMap(({ id, figure }) => {
    const sums = defs.find((d) => d.id === id)?.sums;
    return sums && figure && sums.measures.includes(figure) ? [{ id, field: sums.field, measure: figure }] : [];
  });
  const of = wanted.map((w) => `${w.field}.${w.measure}`).join(",");
  const query = useQuery({ ...figuresQuery(spec, search, of), enabled: of !== "" });
  const told = (field: string, measure: Measure) =>
    query.data?.items.find((i) => i.field === field && i.measure === measure);
  return {
    words: Object.fromEntries(
      wanted.flatMap((w) => {
        const found = told(w.field, w.measure);
        return found ? [[w.id, figureWords(found.value)]] : [];
      }),
    ),
    failed: query.error && of !== "" ? sentence(query.error) : null,
    loading: query.isFetching,
  };
}
