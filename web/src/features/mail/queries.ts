import { queryOptions } from "@tanstack/react-query";
import { get } from "@/api/client";

/** One's own mailboxes and, for an administrator, the drop mailbox; asked again while one waits for a pass that is due. */
export const mailboxesQuery = () =>
  queryOptions({
    queryKey: ["mailboxes"],
    queryFn: async () => (await get("/mailboxes")).items,
    staleTime: 0,
    refetchInterval: ({ state }) =>
      state.data?.some((m) => m.next_sync_at && Date.parse(m.next_sync_at) <= Date.now()) ? 2000 : false,
  });
export const mailPolicyQuery = () => queryOptions({ queryKey: ["mail-policy"], queryFn: () => get("/mail-policy") });
export const connectedQuery = () =>
  queryOptions({
    queryKey: ["mail-policy", "mailboxes"],
    queryFn: async () => (await get("/mail-policy/mailboxes")).items,
    staleTime: 0,
  });
export const unmatchedQuery = () =>
  queryOptions({
    queryKey: ["unmatched-emails"],
    queryFn: async () => (await get("/unmatched-emails")).items,
    staleTime: 0,
  });
