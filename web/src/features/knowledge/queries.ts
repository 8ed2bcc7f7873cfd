import { keepPreviousData, queryOptions, type QueryClient } from "@tanstack/react-query";
import { get } from "@/api/client";
import type { MaterialKind, PassageKind } from "@/api/types";

/** What the search page shows: the URL's words. */
export interface KnowledgeSearch {
  q?: string | undefined;
  /** Of the groups below; everything when absent. */
  in?: Group | undefined;
}

/** What may be looked through, as people speak of it. */
export const GROUPS = {
  deals: { label: "Deals", kinds: ["opportunity", "outcome"] },
  people: { label: "Accounts, contacts, leads", kinds: ["account", "contact", "lead"] },
  activities: { label: "Activities and notes", kinds: ["activity"] },
  files: { label: "Files", kinds: ["file"] },
  materials: { label: "Playbooks and scripts", kinds: ["playbook", "email_template", "script"] },
} as const satisfies Record<string, { label: string; kinds: readonly PassageKind[] }>;
export type Group = keyof typeof GROUPS;

/** A word of the URL, if it is one of them. */
export const readGroup = (value: unknown): Group | undefined =>
  (Object.keys(GROUPS) as Group[]).find((group) => group === value);

export const passagesQuery = (search: KnowledgeSearch) =>
  queryOptions({
    queryKey: ["knowledge", "search", search],
    queryFn: ({ signal }) =>
      get("/knowledge/search", {
        query: { q: search.q ?? "", kinds: search.in && GROUPS[search.in].kinds.join(","), limit: 20 },
        signal,
      }),
    enabled: (search.q ?? "").trim().length > 1,
    placeholderData: keepPreviousData,
    staleTime: 0,
  });

export const KINDS = {
  playbook: { label: "Playbooks", one: "playbook", text: "How a kind of deal, customer or situation is handled." },
  email_template: { label: "E-mail templates", one: "e-mail template", text: "Letters with placeholders." },
  script: { label: "Scripts", one: "script", text: "What to say on the telephone or in a meeting." },
} as const satisfies Record<MaterialKind, { label: string; one: string; text: string }>;

/** A word of the URL, if it is one of them. */
export const readKind = (value: unknown): MaterialKind | undefined =>
  (Object.keys(KINDS) as MaterialKind[]).find((kind) => kind === value);

export const materialsQuery = (kind: MaterialKind, archived: boolean) =>
  queryOptions({
    queryKey: ["materials", "list", kind, archived],
    queryFn: async ({ signal }) => (await get("/materials", { query: { kind, archived }, signal })).items,
  });

export const materialQuery = (id: string) =>
  queryOptions({
    queryKey: ["materials", "one", id],
    queryFn: ({ signal }) => get("/materials/{id}", { path: { id }, signal }),
  });

export const versionsQuery = (id: string) =>
  queryOptions({
    queryKey: ["materials", "versions", id],
    queryFn: async ({ signal }) => (await get("/materials/{id}/versions", { path: { id }, signal })).items,
    staleTime: 0,
  });

export const placeholdersQuery = () =>
  queryOptions({
    queryKey: ["materials", "placeholders"],
    queryFn: async ({ signal }) => (await get("/materials/placeholders", { signal })).items,
    staleTime: Infinity,
  });

export const materialsChanged = (client: QueryClient): Promise<unknown> =>
  Promise.all(["list", "one", "versions"].map((part) => client.invalidateQueries({ queryKey: ["materials", part] })));

/** Asked again and again while the index is at work. */
export const statusQuery = () =>
  queryOptions({
    queryKey: ["knowledge", "status"],
    queryFn: ({ signal }) => get("/knowledge/status", { signal }),
    staleTime: 0,
    refetchInterval: (query) => {
      const status = query.state.data;
      return status && (status.state === "running" || status.unread > 0 || status.waiting > 0) ? 3000 : 30_000;
    },
  });
