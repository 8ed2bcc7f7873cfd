/** Queries that every part of the app reads: who am I, and the organisation's master data. */
import { queryOptions } from "@tanstack/react-query";
import { useSuspenseQuery } from "@tanstack/react-query";
import { get } from "./client";
import type { Option, OptionKind, Stage } from "./types";

const slow = { staleTime: 5 * 60_000 };

export const setupQuery = () =>
  queryOptions({ queryKey: ["setup"], queryFn: () => get("/setup"), staleTime: Infinity });
export const meQuery = () => queryOptions({ queryKey: ["me"], queryFn: () => get("/me"), ...slow });
export const pipelinesQuery = () =>
  queryOptions({ queryKey: ["pipelines"], queryFn: async () => (await get("/pipelines")).items, ...slow });
export const optionsQuery = () =>
  queryOptions({ queryKey: ["options"], queryFn: async () => (await get("/options")).items, ...slow });
export const usersQuery = () =>
  queryOptions({ queryKey: ["users"], queryFn: async () => (await get("/users")).items, ...slow });
export const teamsQuery = () =>
  queryOptions({ queryKey: ["teams"], queryFn: async () => (await get("/teams")).items, ...slow });
export const productsQuery = () =>
  queryOptions({
    queryKey: ["products"],
    queryFn: async () => (await get("/products")).items,
    ...slow,
  });

export const securityQuery = () =>
  queryOptions({ queryKey: ["me", "second-factor"], queryFn: () => get("/me/second-factor") });

export const useMe = () => useSuspenseQuery(meQuery()).data;

/** Whether this person may do it at all; to which records, the server says. */
export const useMay = (object: string, action: string): boolean =>
  (useMe().permissions[object]?.[action] ?? "none") !== "none";

export function useStages(pipelineId?: string): Stage[] {
  const { data } = useSuspenseQuery(pipelinesQuery());
  const pipeline = data.find((p) => p.id === pipelineId) ?? data[0];
  return pipeline ? [...pipeline.stages].sort((a, b) => a.position - b.position) : [];
}

export function useOptions(kind: OptionKind): Option[] {
  const { data } = useSuspenseQuery(optionsQuery());
  return data.filter((o) => o.kind === kind).sort((a, b) => a.position - b.position || a.name.localeCompare(b.name));
}
