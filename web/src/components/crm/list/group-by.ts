/** By what a list can be put in groups, and the rows of those that are open. */
import { keepPreviousData, queryOptions, useQueries, useQuery, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { get } from "@/api/client";
import { sentence } from "@/api/problem";
import { useFields } from "@/api/shared";
import type { Group, Groups, Page } from "@/api/types";
import type { Line } from "@/components/crm/table/lines";
import { rowLines } from "@/components/crm/table/lines";
import { useCustomFields } from "@/components/crm/custom-fields";
import { failed } from "@/components/ui/toast";
import { month } from "@/lib/format";
import { apiFilters, type ListSearch } from "./search";
import type { ListSpec } from "./spec";
import { treeIn, written } from "./tree";

export interface GroupField {
  field: string;
  label: string;
  /** What the group of those without a value is called. */
  none: string;
}

const CUSTOM = ["select", "checkbox", "user", "date"];

/** The fields that groups can be made by, as far as this person may read them. */
export function useGroupFields(spec: ListSpec): GroupField[] {
  const { hides } = useFields(spec.object);
  const account = useFields("account");
  const custom = useCustomFields(spec.object);
  const hidden = (field: string) =>
    field.startsWith("account.") ? account.hides(field.slice("account.".length)) : hides(field);
  return [
    ...spec.groups.filter((g) => !hidden(g.field)),
    ...custom
      .filter((f) => CUSTOM.includes(f.kind))
      .map((f) => ({ field: `custom.${f.key}`, label: f.label, none: `No ${f.label.toLowerCase()}` })),
  ];
}

const asked = (search: ListSearch) => ({ ...apiFilters(search), q: search.q });

const groupsQuery = (spec: ListSpec, search: ListSearch, by: string) =>
  queryOptions({
    queryKey: [spec.path.slice(1), "groups", by, asked(search)],
    queryFn: ({ signal }): Promise<Groups> => get(`${spec.path}/groups`, { query: { ...asked(search), by }, signal }),
    placeholderData: keepPreviousData,
    retry: false,
  });

/** The pages of one group that have been fetched, as a list's are cached. */
interface Fetched<R> {
  pages: Page<R>[];
  pageParams: (string | null)[];
}

const ROWS = 50;

function groupSearch(search: ListSearch, group: Group) {
  const tree = treeIn(search);
  return {
    ...asked(search),
    filter: written(tree ? { and: [tree, group.filter] } : group.filter),
    sort: search.sort,
    limit: ROWS,
  };
}

const labelOf = (group: Group, field: GroupField | undefined): string => {
  if (group.key === null || group.key === undefined) return field?.none ?? "None";
  if (/^\d{4}-\d{2}$/.test(group.key)) return month(group.key);
  return group.label ?? "Not for you to see";
};

export interface Grouping<R> {
  /** Null while the first of it is on its way. */
  lines: Line<R>[] | null;
  rows: R[];
  /** For its error. */
  query: { error: unknown; isFetching: boolean; refetch: () => Promise<unknown> };
  total: number | undefined;
  toggle: (key: string) => void;
  more: (key: string) => void;
}

/** The list in groups; each fetches its rows when it is opened, page by page. */
export function useGrouping<R extends { id: string }>(spec: ListSpec, search: ListSearch): Grouping<R> {
  const by = search.group ?? "";
  const client = useQueryClient();
  const field = useGroupFields(spec).find((f) => f.field === by);
  const query = useQuery({ ...groupsQuery(spec, search, by), enabled: by !== "" });
  const [opened, setOpened] = useState<{ by: string; keys: ReadonlySet<string> }>({ by, keys: new Set() });
  const [loading, setLoading] = useState<string | null>(null);
  const keys = opened.by === by ? opened.keys : new Set<string>();
  const nameOf = (group: Group) => group.key ?? "";
  const open = (query.data?.groups ?? []).filter((g) => keys.has(nameOf(g)));
  const keyOf = (group: Group) => [spec.path.slice(1), "list", "group", groupSearch(search, group)];
  const page = (group: Group, cursor: string | null) =>
    get(spec.path, { query: { ...groupSearch(search, group), cursor: cursor ?? undefined } }) as unknown as Promise<
      Page<R>
    >;
  const fetched = useQueries({
    queries: open.map((group) => ({
      queryKey: keyOf(group),
      // Fetched again, it is as many pages as it was.
      queryFn: async (): Promise<Fetched<R>> => {
        const had = client.getQueryData<Fetched<R>>(keyOf(group))?.pages.length ?? 1;
        const all: Fetched<R> = { pages: [], pageParams: [] };
        let cursor: string | null = null;
        do {
          const next: Page<R> = await page(group, cursor);
          all.pages.push(next);
          all.pageParams.push(cursor);
          cursor = next.next_cursor ?? null;
        } while (cursor && all.pages.length < had);
        return all;
      },
    })),
  });
  const rowsOf = (group: Group) => fetched[open.indexOf(group)]?.data?.pages.flatMap((p) => p.items);
  const lines = query.data?.groups.flatMap((group): Line<R>[] => {
    const name = nameOf(group);
    const isOpen = keys.has(name);
    const rows = isOpen ? rowsOf(group) : undefined;
    const head: Line<R> = {
      kind: "group",
      key: `group ${name}`,
      group,
      label: labelOf(group, field),
      open: isOpen,
      loading: isOpen && rows === undefined,
    };
    const last = fetched[open.indexOf(group)]?.data?.pages.at(-1)?.next_cursor;
    const more: Line<R>[] =
      isOpen && last ? [{ kind: "more", key: `more ${name}`, of: name, busy: loading === name }] : [];
    return [head, ...(rows ? rowLines(rows, `${name} `) : []), ...more];
  });
  const rest = query.data?.rest;
  const tail: Line<R>[] = rest
    ? [{ kind: "rest", key: "rest", groups: rest.groups, count: rest.count, sum: rest.sum ?? null }]
    : [];
  const more = async (name: string) => {
    const group = open.find((g) => nameOf(g) === name);
    const had = group && client.getQueryData<Fetched<R>>(keyOf(group));
    const cursor = had?.pages.at(-1)?.next_cursor;
    if (!group || !cursor || loading !== null) return;
    setLoading(name);
    try {
      const next = await page(group, cursor);
      client.setQueryData<Fetched<R>>(
        keyOf(group),
        (old) => old && { pages: [...old.pages, next], pageParams: [...old.pageParams, cursor] },
      );
    } catch (error) {
      failed("No more could be fetched", sentence(error));
    } finally {
      setLoading(null);
    }
  };
  return {
    lines: lines ? [...lines, ...tail] : null,
    rows: open.flatMap((g) => rowsOf(g) ?? []),
    query,
    total: query.data?.total.count,
    toggle: (name) => {
      const next = new Set(keys);
      if (!next.delete(name)) next.add(name);
      setOpened({ by, keys: next });
    },
    more: (name) => void more(name),
  };
}
