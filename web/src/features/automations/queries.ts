import { infiniteQueryOptions, queryOptions } from "@tanstack/react-query";
import { get } from "@/api/client";
import type { AutomationRun, Scope } from "@/api/types";

export const automationsQuery = () =>
  queryOptions({ queryKey: ["automations"], queryFn: async () => (await get("/automations")).items });

export const automationQuery = (id: string) =>
  queryOptions({ queryKey: ["automations", id], queryFn: () => get("/automations/{id}", { path: { id } }) });

export const momentsQuery = () =>
  queryOptions({
    queryKey: ["automation-vocabulary"],
    queryFn: () => get("/automations/vocabulary"),
    staleTime: Infinity,
  });

export type Scopes = Record<string, Record<string, Scope>>;

/** The widest scopes that an automation of this owner can be given. */
export const grantableQuery = (ownerId: string) =>
  queryOptions({
    queryKey: ["api-keys", "scopes", ownerId],
    queryFn: async (): Promise<Scopes> => (await get("/api-keys/scopes", { query: { owner_id: ownerId } })).scopes,
  });

export const robotsQuery = () =>
  queryOptions({ queryKey: ["service-accounts"], queryFn: async () => (await get("/service-accounts")).items });

/** Runs, the newest first. */
export const runsQuery = (automationId: string | undefined, status: AutomationRun["status"] | undefined) =>
  infiniteQueryOptions({
    queryKey: ["automations", "runs", automationId, status],
    queryFn: ({ pageParam, signal }) =>
      get("/automation-runs", {
        query: { automation_id: automationId, status, met: status ? undefined : true, cursor: pageParam ?? undefined },
        signal,
      }),
    initialPageParam: null as string | null,
    getNextPageParam: (page) => page.next_cursor,
    staleTime: 0,
  });

/** What can be asked to be approved. */
export const approvalDefinitionsQuery = () =>
  queryOptions({
    queryKey: ["approvals", "definitions"],
    queryFn: async () => (await get("/approval-definitions")).items,
  });
