import { queryOptions } from "@tanstack/react-query";
import { get } from "@/api/client";

export const sessionsQuery = () =>
  queryOptions({ queryKey: ["sessions"], queryFn: async () => (await get("/sessions")).items });
export const rolesQuery = () => queryOptions({ queryKey: ["roles"], queryFn: async () => (await get("/roles")).items });
export const identityProvidersQuery = () =>
  queryOptions({
    queryKey: ["identity-providers"],
    queryFn: async () => (await get("/identity-providers")).items,
  });
export const identityProviderQuery = (id: string) =>
  queryOptions({
    queryKey: ["identity-providers", id],
    queryFn: () => get("/identity-providers/{id}", { path: { id } }),
  });
