import { queryOptions } from "@tanstack/react-query";
import { get } from "@/api/client";

export const webFormsQuery = () =>
  queryOptions({ queryKey: ["web-forms"], queryFn: async () => (await get("/web-forms")).items });

export const webFormQuery = (id: string) =>
  queryOptions({ queryKey: ["web-forms", id], queryFn: () => get("/web-forms/{id}", { path: { id } }) });

export const askableQuery = () =>
  queryOptions({ queryKey: ["web-forms", "fields"], queryFn: async () => (await get("/web-forms/fields")).items });

export const entriesQuery = (id: string) =>
  queryOptions({
    queryKey: ["web-forms", id, "entries"],
    queryFn: async () => (await get("/web-forms/{id}/entries", { path: { id } })).items,
  });
