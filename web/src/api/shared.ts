/** Queries that every part of the app reads: who am I, and the organisation's master data. */
import { queryOptions } from "@tanstack/react-query";
import { useSuspenseQuery } from "@tanstack/react-query";
import { get } from "./client";
import type { Me, Option, OptionKind, Pipeline, Stage } from "./types";

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
export const rolesQuery = () => queryOptions({ queryKey: ["roles"], queryFn: async () => (await get("/roles")).items });
export const productsQuery = () =>
  queryOptions({
    queryKey: ["products"],
    queryFn: async () => (await get("/products")).items,
    ...slow,
  });

export const securityQuery = () =>
  queryOptions({ queryKey: ["me", "second-factor"], queryFn: () => get("/me/second-factor") });

export const customFieldsQuery = () =>
  queryOptions({ queryKey: ["custom-fields"], queryFn: async () => (await get("/custom-fields")).items, ...slow });

export const useMe = () => useSuspenseQuery(meQuery()).data;

/** Whether somebody's roles allow it at all; to which records, the server says. */
export const allows = ({ permissions }: Pick<Me, "permissions">, object: string, action: string): boolean =>
  (permissions[object]?.[action] ?? "none") !== "none";

export const useMay = (object: string, action: string): boolean => allows(useMe(), object, action);

/** What my roles keep back of an object: a hidden field is not shown, a locked one (hidden or read-only) not written. */
export function useFields(object: string) {
  const kept = useMe().fields[object] ?? {};
  return {
    hides: (field: string): boolean => kept[field] === "hidden",
    locks: (field: string): boolean => kept[field] !== undefined,
    /** A body without the fields that may not be written. */
    writable: <T extends object>(body: T): T =>
      Object.fromEntries(Object.entries(body).filter(([field]) => kept[field] === undefined)) as T,
  };
}

/** Why a field can't be edited, when it is the role that says so. */
export const FIELD_LOCKED = "Your role may not change this field";

export function useStages(pipelineId?: string): Stage[] {
  const { data } = useSuspenseQuery(pipelinesQuery());
  const pipeline = data.find((p) => p.id === pipelineId) ?? data.find(takesDeals) ?? data[0];
  return pipeline ? [...pipeline.stages].sort((a, b) => a.position - b.position) : [];
}

const takesDeals = (p: Pipeline): boolean => p.usable && !p.archived;

/** Those that this person may put deals into, in order. */
export const usePipelines = (): Pipeline[] =>
  useSuspenseQuery(pipelinesQuery())
    .data.filter(takesDeals)
    .sort((a, b) => a.position - b.position);

/** Their stages; where there are several pipelines, each says whose it is. */
export const stageChoices = (pipelines: Pipeline[]): { stage: Stage; label: string }[] =>
  pipelines.flatMap((p) =>
    p.stages.map((stage) => ({ stage, label: pipelines.length > 1 ? `${stage.name}, ${p.name}` : stage.name })),
  );

/** What a list offers; an archived value only where it is what the record has. */
export function useOptions(kind: OptionKind, current?: string | null): Option[] {
  const { data } = useSuspenseQuery(optionsQuery());
  return data
    .filter((o) => o.kind === kind && (!o.archived || o.id === current))
    .sort((a, b) => a.position - b.position || a.name.localeCompare(b.name));
}
