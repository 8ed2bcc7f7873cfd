import { infiniteQueryOptions } from "@tanstack/react-query";
import { get } from "@/api/client";
import type { SubjectType } from "@/api/types";

const PATH = {
  opportunity: "/opportunities/{id}/timeline",
  account: "/accounts/{id}/timeline",
  contact: "/contacts/{id}/timeline",
  lead: "/leads/{id}/timeline",
} as const;

export const timelineQuery = (type: SubjectType, id: string) =>
  infiniteQueryOptions({
    queryKey: ["timeline", type, id],
    queryFn: ({ pageParam, signal }) =>
      get(PATH[type], { path: { id }, query: { limit: 30, cursor: pageParam ?? undefined }, signal }),
    initialPageParam: null as string | null,
    getNextPageParam: (page) => page.next_cursor,
  });
