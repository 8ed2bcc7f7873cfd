import { infiniteQueryOptions, queryOptions } from "@tanstack/react-query";
import { get } from "@/api/client";
import type { Import, ImportObject } from "@/api/types";

const MOVING: Import["status"][] = ["checking", "running", "rolling_back"];
export const isMoving = (status: Import["status"]): boolean => MOVING.includes(status);

export const importsQuery = () =>
  queryOptions({
    queryKey: ["imports", "list"],
    queryFn: async () => (await get("/imports", { query: { limit: 100 } })).items,
    refetchInterval: (q) => (q.state.data?.some((i) => isMoving(i.status)) ? 1500 : false),
  });

export const importQuery = (id: string) =>
  queryOptions({
    queryKey: ["imports", "detail", id],
    queryFn: () => get("/imports/{id}", { path: { id } }),
    refetchInterval: (q) => {
      if (!q.state.data) return false;
      if (isMoving(q.state.data.status)) return 600;
      // Files are fetched after the rows.
      return q.state.data.status === "done" && (q.state.data.attachments?.waiting ?? 0) > 0 ? 2000 : false;
    },
  });

export const fieldsQuery = (object: ImportObject) =>
  queryOptions({
    queryKey: ["imports", "fields", object],
    queryFn: async () => (await get("/imports/fields", { query: { object } })).items,
    staleTime: Infinity,
  });

export const templatesQuery = () =>
  queryOptions({
    queryKey: ["imports", "templates"],
    queryFn: async () => (await get("/import-templates")).items,
  });

export const rowsQuery = (id: string, state: string, checkedAt: string) =>
  infiniteQueryOptions({
    queryKey: ["imports", "rows", id, state, checkedAt],
    queryFn: ({ pageParam, signal }) =>
      get("/imports/{id}/rows", { path: { id }, query: { state, limit: 100, cursor: pageParam ?? undefined }, signal }),
    initialPageParam: null as string | null,
    getNextPageParam: (page) => page.next_cursor,
  });

export const failedFilesQuery = (id: string, failed: number) =>
  queryOptions({
    queryKey: ["imports", "files", id, failed],
    queryFn: async () =>
      (await get("/imports/{id}/attachments", { path: { id }, query: { state: "failed", limit: 200 } })).items,
  });

export const OBJECTS: { id: ImportObject; label: string; plural: string }[] = [
  { id: "opportunity", label: "Opportunities", plural: "opportunities" },
  { id: "account", label: "Accounts", plural: "accounts" },
  { id: "contact", label: "Contacts", plural: "contacts" },
  { id: "lead", label: "Leads", plural: "leads" },
  { id: "task", label: "Tasks", plural: "tasks" },
  { id: "activity", label: "Notes, calls, e-mails, meetings", plural: "activities" },
  { id: "product", label: "Products", plural: "products" },
  { id: "user", label: "People", plural: "people" },
];
