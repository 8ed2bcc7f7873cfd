import { infiniteQueryOptions } from "@tanstack/react-query";
import { get } from "@/api/client";
import type { TrashItem } from "@/api/types";

export const KINDS: Record<TrashItem["object"], string> = {
  opportunity: "Opportunities",
  account: "Accounts",
  contact: "Contacts",
  lead: "Leads",
  task: "Tasks",
  activity: "Activities",
  file: "Files",
};

export const trashQuery = (object: TrashItem["object"] | undefined) =>
  infiniteQueryOptions({
    queryKey: ["trash", object],
    queryFn: ({ pageParam, signal }) =>
      get("/trash", { query: { object, cursor: pageParam ?? undefined, limit: 50 }, signal }),
    initialPageParam: null as string | null,
    getNextPageParam: (page) => page.next_cursor,
    // Whatever is deleted elsewhere belongs here at once.
    staleTime: 0,
  });
