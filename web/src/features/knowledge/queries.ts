import { keepPreviousData, queryOptions, type QueryClient } from "@tanstack/react-query";
import { get } from "@/api/client";
import type { MaterialKind, PassageKind } from "@/api/types";
import type { Group, KnowledgeSearch, MaterialsSearch } from "./words";

/** What may be looked through, as people speak of it. */
export const GROUPS = {
  deals: { label: "Deals", kinds: ["opportunity", "outcome"] },
  people: { label: "Accounts, contacts, leads", kinds: ["account", "contact", "lead"] },
  activities: { label: "Activities and notes", kinds: ["activity"] },
  files: { label: "Files", kinds: ["file"] },
  materials: { label: "Playbooks and scripts", kinds: ["playbook", "email_template", "script"] },
} as const satisfies Record<Group, { label: string; kinds: readonly PassageKind[] }>;

/** What the URL says is looked through; a word that is none is everything. */
const groupOf = (search: KnowledgeSearch) => (search.in && search.in in GROUPS ? GROUPS[search.in] : undefined);
/** What is asked. */
export const askedOf = (search: KnowledgeSearch): string => (search.q ?? "").trim().slice(0, 500);

export const passagesQuery = (search: KnowledgeSearch) =>
  queryOptions({
    queryKey: ["knowledge", "search", search],
    queryFn: ({ signal }) =>
      get("/knowledge/search", {
        query: { q: askedOf(search), kinds: groupOf(search)?.kinds.join(","), limit: 20 },
        signal,
      }),
    enabled: askedOf(search).length > 1,
    placeholderData: keepPreviousData,
    staleTime: 0,
  });

export const KINDS = {
  playbook: { label: "Playbooks", one: "playbook", text: "How a kind of deal, customer or situation is handled." },
  email_template: { label: "E-mail templates", one: "e-mail template", text: "Letters with placeholders." },
  script: { label: "Scripts", one: "script", text: "What to say on the telephone or in a meeting." },
} as const satisfies Record<MaterialKind, { label: string; one: string; text: string }>;

/** The kind that the URL names; a word that is none is the first. */
export const kindOf = ({ kind }: Pick<MaterialsSearch, "kind">): MaterialKind =>
  kind && kind in KINDS ? kind : "playbook";

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
