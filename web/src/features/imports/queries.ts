import { infiniteQueryOptions, queryOptions, useMutation, useQueryClient } from "@tanstack/react-query";
import { get, patch, post } from "@/api/client";
import { sentence } from "@/api/problem";
import type { Import, ImportObject, ImportStatus } from "@/api/types";
import { failed } from "@/components/ui/toast";

const MOVING: ImportStatus[] = ["checking", "running", "rolling_back"];
export const isMoving = (status: ImportStatus): boolean => MOVING.includes(status);

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
    refetchInterval: (q) => (q.state.data && isMoving(q.state.data.status) ? 600 : false),
  });

export const fieldsQuery = (object: ImportObject) =>
  queryOptions({
    queryKey: ["imports", "fields", object],
    queryFn: async () => (await get("/imports/fields", { query: { object } })).items,
    staleTime: Infinity,
  });

export const rowsQuery = (id: string, state: string, checkedAt: string) =>
  infiniteQueryOptions({
    queryKey: ["imports", "rows", id, state, checkedAt],
    queryFn: ({ pageParam, signal }) =>
      get("/imports/{id}/rows", { path: { id }, query: { state, limit: 100, cursor: pageParam ?? undefined }, signal }),
    initialPageParam: null as string | null,
    getNextPageParam: (page) => page.next_cursor,
  });

/** What can be done with an import; each answers with the import as it is then. */
export function useImportActions(id: string) {
  const client = useQueryClient();
  const land = (data: Import) => {
    client.setQueryData(importQuery(id).queryKey, data);
    void client.invalidateQueries({ queryKey: ["imports", "list"] });
    if (data.status === "mapping" || data.status === "checking") void client.invalidateQueries({ queryKey: ["imports", "rows", id] });
  };
  const onError = (error: unknown) => failed("This did not work", sentence(error));
  const path = { id };
  const change = useMutation({
    mutationFn: (body: Record<string, unknown>) => patch("/imports/{id}", { path, body }),
    onSuccess: ({ data }) => land(data),
    onError,
  });
  const check = useMutation({ mutationFn: () => post("/imports/{id}/check", { path }), onSuccess: ({ data }) => land(data), onError });
  /** A decision, and the check again so that the rows say what it does. */
  const decide = useMutation({
    mutationFn: async (body: Record<string, unknown>) => {
      await patch("/imports/{id}", { path, body });
      return post("/imports/{id}/check", { path });
    },
    onSuccess: ({ data }) => land(data),
    onError,
  });
  const start = useMutation({ mutationFn: () => post("/imports/{id}/start", { path }), onSuccess: ({ data }) => land(data), onError });
  const rollBack = useMutation({ mutationFn: () => post("/imports/{id}/rollback", { path }), onSuccess: ({ data }) => land(data), onError });
  return { change, check, decide, start, rollBack };
}

export const OBJECTS: { id: ImportObject; label: string; plural: string }[] = [
  { id: "opportunity", label: "Opportunities", plural: "opportunities" },
  { id: "account", label: "Accounts", plural: "accounts" },
  { id: "contact", label: "Contacts", plural: "contacts" },
  { id: "product", label: "Products", plural: "products" },
  { id: "user", label: "People", plural: "people" },
];
