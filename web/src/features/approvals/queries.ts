import { infiniteQueryOptions, queryOptions } from "@tanstack/react-query";
import { get } from "@/api/client";
import type { ApprovalObject } from "@/api/types";

export const TABS = ["waiting", "mine", "history"] as const;
export type Tab = (typeof TABS)[number];
export const readTab = (value: unknown): Tab => TABS.find((t) => t === value) ?? "waiting";

export const approvalsQuery = (filter: Tab) =>
  infiniteQueryOptions({
    queryKey: ["approvals", "list", filter],
    queryFn: ({ pageParam, signal }) => get("/approvals", { query: { filter, limit: 50, cursor: pageParam }, signal }),
    initialPageParam: null as string | null,
    getNextPageParam: (page) => page.next_cursor,
  });

export const approvalQuery = (id: string) =>
  queryOptions({
    queryKey: ["approvals", "detail", id],
    queryFn: ({ signal }) => get("/approvals/{id}", { path: { id }, signal }),
  });

export const recordQuery = (object: "opportunity" | "lead", id: string) =>
  queryOptions({
    queryKey: ["approvals", "of", object, id],
    queryFn: ({ signal }) =>
      object === "lead"
        ? get("/leads/{id}/approvals", { path: { id }, signal })
        : get("/opportunities/{id}/approvals", { path: { id }, signal }),
  });

export const definitionsQuery = () =>
  queryOptions({
    queryKey: ["approvals", "definitions"],
    queryFn: async () => (await get("/approval-definitions")).items,
  });

export const definitionQuery = (id: string) =>
  queryOptions({
    queryKey: ["approvals", "definitions", id],
    queryFn: () => get("/approval-definitions/{id}", { path: { id } }),
  });

export const vocabularyQuery = (object: ApprovalObject) =>
  queryOptions({
    queryKey: ["approval-vocabulary", object],
    queryFn: () => get("/approval-definitions/vocabulary", { query: { object } }),
    staleTime: Infinity,
  });

export const rolesQuery = () => queryOptions({ queryKey: ["roles"], queryFn: async () => (await get("/roles")).items });

export const delegationsQuery = () =>
  queryOptions({
    queryKey: ["approvals", "delegations"],
    queryFn: async () => (await get("/approval-delegations")).items,
  });
