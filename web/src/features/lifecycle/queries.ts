import { infiniteQueryOptions, queryOptions } from "@tanstack/react-query";
import { get } from "@/api/client";

export const lifecycleQuery = (id: string) =>
  queryOptions({
    queryKey: ["lifecycles", id],
    queryFn: () => get("/pipelines/{id}/lifecycle", { path: { id } }),
  });

export const versionQuery = (id: string, number: number) =>
  queryOptions({
    queryKey: ["lifecycles", id, "version", number],
    queryFn: async () =>
      (await get("/pipelines/{id}/lifecycle/versions/{number}", { path: { id, number } })).definition,
    staleTime: Infinity,
  });

export const rolesQuery = () => queryOptions({ queryKey: ["roles"], queryFn: async () => (await get("/roles")).items });

/** What deals can be asked to be approved for. */
export const dealApprovalsQuery = () =>
  queryOptions({
    queryKey: ["approvals", "of-deals"],
    queryFn: async () => (await get("/approval-definitions")).items.filter((d) => d.object === "opportunity"),
  });

/** Attempts to move deals of a pipeline, or one deal, the newest first. */
export const logQuery = (of: "pipelines" | "opportunities", id: string, refused: boolean) =>
  infiniteQueryOptions({
    queryKey: [of, id, "transition-log", refused],
    queryFn: ({ pageParam, signal }) => {
      const [path, cursor] = [{ id }, pageParam ?? undefined];
      return of === "pipelines"
        ? get("/pipelines/{id}/transition-log", { path, query: { cursor, refused }, signal })
        : get("/opportunities/{id}/transition-log", { path, query: { cursor }, signal });
    },
    initialPageParam: null as string | null,
    getNextPageParam: (page) => page.next_cursor,
    staleTime: 0,
  });
