import { queryOptions } from "@tanstack/react-query";
import { get } from "@/api/client";

export const signInPolicyQuery = () =>
  queryOptions({ queryKey: ["sign-in-policy"], queryFn: () => get("/sign-in-policy") });
export const mailQuery = () => queryOptions({ queryKey: ["mail"], queryFn: () => get("/mail") });
export const rolesQuery = () => queryOptions({ queryKey: ["roles"], queryFn: async () => (await get("/roles")).items });
