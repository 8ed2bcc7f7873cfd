import { queryOptions } from "@tanstack/react-query";
import { get } from "@/api/client";

export const sessionsQuery = () =>
  queryOptions({ queryKey: ["sessions"], queryFn: async () => (await get("/sessions")).items });
