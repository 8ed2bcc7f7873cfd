import { queryOptions } from "@tanstack/react-query";
import { get } from "@/api/client";

export const passkeysQuery = () =>
  queryOptions({ queryKey: ["me", "passkeys"], queryFn: async () => (await get("/me/passkeys")).items });

export const sessionsQuery = () =>
  queryOptions({ queryKey: ["sessions"], queryFn: async () => (await get("/sessions")).items });
export const identitiesQuery = () =>
  queryOptions({ queryKey: ["identities"], queryFn: async () => (await get("/me/identities")).items });
