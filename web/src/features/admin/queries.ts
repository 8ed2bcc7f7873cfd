import { infiniteQueryOptions, queryOptions, type QueryClient } from "@tanstack/react-query";
import { get } from "@/api/client";
import type { MatchObject } from "@/api/types";

export const signInPolicyQuery = () =>
  queryOptions({ queryKey: ["sign-in-policy"], queryFn: () => get("/sign-in-policy") });
export const mailQuery = () => queryOptions({ queryKey: ["mail"], queryFn: () => get("/mail") });
export const bouncingQuery = () =>
  queryOptions({ queryKey: ["bouncing-addresses"], queryFn: async () => (await get("/bouncing-addresses")).items });
export { rolesQuery } from "@/api/shared";
/** Which scopes each action of each object takes. */
export const roleGridQuery = () =>
  queryOptions({ queryKey: ["roles", "grid"], queryFn: () => get("/roles/grid"), staleTime: Infinity });

/** What the list of people shows: the URL's words. */
export interface PeopleSearch {
  tab?: "teams" | undefined;
  q?: string | undefined;
  team?: string | undefined;
  role?: string | undefined;
  /** Only active people when absent. */
  show?: "inactive" | "all" | undefined;
}

export const peopleQuery = (search: PeopleSearch) =>
  infiniteQueryOptions({
    queryKey: ["users", "list", search],
    queryFn: ({ pageParam, signal }) =>
      get("/users", {
        query: {
          q: search.q,
          team_id: search.team,
          role_id: search.role,
          active: search.show === "all" ? undefined : search.show !== "inactive",
          limit: 100,
          cursor: pageParam ?? undefined,
          count: pageParam === null,
        },
        signal,
      }),
    initialPageParam: null as string | null,
    getNextPageParam: (page) => page.next_cursor,
  });

/** What somebody owns, and who would take over. */
export const holdingsQuery = (id: string) =>
  queryOptions({
    queryKey: ["users", "holdings", id],
    queryFn: ({ signal }) => get("/users/{id}/holdings", { path: { id }, signal }),
    staleTime: 0,
  });

/** People, teams and roles name each other: a change of one makes all of them stale, and who I am. */
export const peopleChanged = (client: QueryClient): Promise<unknown> =>
  Promise.all(["users", "teams", "roles", "me"].map((key) => client.invalidateQueries({ queryKey: [key] })));
export const roleFieldsQuery = (id: string) =>
  queryOptions({ queryKey: ["roles", "fields", id], queryFn: () => get("/roles/{id}/fields", { path: { id } }) });
export const matchingRulesQuery = () =>
  queryOptions({ queryKey: ["matching-rules"], queryFn: async () => (await get("/matching-rules")).items });
export const duplicatesQuery = (object: MatchObject) =>
  infiniteQueryOptions({
    queryKey: ["duplicates", "open", object],
    queryFn: ({ pageParam, signal }) =>
      get("/duplicates", { query: { object, cursor: pageParam ?? undefined }, signal }),
    initialPageParam: null as string | null,
    getNextPageParam: (page) => page.next_cursor,
  });
/** The last look through all there is; it is asked again while it runs. */
export const sweepQuery = (object: MatchObject) =>
  queryOptions({
    queryKey: ["duplicates", "sweep", object],
    queryFn: async () => (await get("/duplicates/sweeps", { query: { object } })).items[0] ?? null,
    refetchInterval: ({ state }) => (state.data && !state.data.finished_at ? 1000 : false),
  });
export const organisationQuery = () =>
  queryOptions({ queryKey: ["organisation"], queryFn: () => get("/organisation") });
export const currenciesQuery = () =>
  queryOptions({ queryKey: ["currencies"], queryFn: async () => (await get("/currencies")).items });
export const ratesQuery = (currency: string) =>
  queryOptions({
    queryKey: ["currencies", "rates", currency],
    queryFn: async () => (await get("/currency-rates", { query: { currency } })).items,
  });
export const priceListQuery = (id: string) =>
  queryOptions({ queryKey: ["price-lists", id], queryFn: () => get("/price-lists/{id}", { path: { id } }) });
export const identityProvidersQuery = () =>
  queryOptions({
    queryKey: ["identity-providers"],
    queryFn: async () => (await get("/identity-providers")).items,
  });
/** The e-mail domains that are claimed, and what proves them. */
export const domainsQuery = () =>
  queryOptions({ queryKey: ["domains"], queryFn: async () => (await get("/domains")).items });
export const identityProviderQuery = (id: string) =>
  queryOptions({
    queryKey: ["identity-providers", id],
    queryFn: () => get("/identity-providers/{id}", { path: { id } }),
  });
/** By which accounts at providers somebody signs in. */
export const userIdentitiesQuery = (id: string) =>
  queryOptions({
    queryKey: ["users", "identities", id],
    queryFn: async () => (await get("/users/{id}/identities", { path: { id } })).items,
  });
