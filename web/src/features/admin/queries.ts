import { queryOptions } from "@tanstack/react-query";
import { get } from "@/api/client";

export const sessionsQuery = () =>
  queryOptions({ queryKey: ["sessions"], queryFn: async () => (await get("/sessions")).items });
export const rolesQuery = () => queryOptions({ queryKey: ["roles"], queryFn: async () => (await get("/roles")).items });
export const roleFieldsQuery = (id: string) =>
  queryOptions({ queryKey: ["roles", "fields", id], queryFn: () => get("/roles/{id}/fields", { path: { id } }) });
