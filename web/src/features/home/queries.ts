import { queryOptions } from "@tanstack/react-query";
import { get } from "@/api/client";
import { isApiError } from "@/api/problem";
import type { Opportunity } from "@/api/types";
import { tasksQuery } from "@/components/crm/task-query";

/** The newest that wait for me. */
export const approvalsQuery = () =>
  queryOptions({
    queryKey: ["approvals", "home"],
    queryFn: () => get("/approvals", { query: { filter: "waiting", limit: 5 } }),
  });

export const myTasksQuery = () => tasksQuery({ assignee_id: "me", status: "open", limit: 8 });

export const myBoardQuery = () =>
  queryOptions({
    queryKey: ["opportunities", "mine"],
    queryFn: () => get("/opportunities/board", { query: { owner_id: "me", per_column: 1 } }),
  });

/** Nothing, where my roles hide what the list would be made by. */
const unlessHidden = async (list: Promise<Opportunity[]>): Promise<Opportunity[]> => {
  try {
    return await list;
  } catch (error) {
    if (isApiError(error, "field_not_permitted")) return [];
    throw error;
  }
};

/** My open deals that are past their close date or close within two weeks. */
export const closingQuery = () =>
  queryOptions({
    queryKey: ["opportunities", "closing"],
    queryFn: () =>
      unlessHidden(
        get("/opportunities", {
          query: { stage_kind: "open", owner_id: "me", "close_date.lte": "+14d", sort: "close_date", limit: 8 },
        }).then((page) => page.items),
      ),
  });

/** My open deals that take longer than usual, those first that have stood longest in their stage. */
export const slowQuery = () =>
  queryOptions({
    queryKey: ["opportunities", "slow"],
    queryFn: async () => (await get("/opportunities/stalled", { query: { owner_id: "me", limit: 6 } })).items,
  });

/** Whether there is anything yet: what the first-run checklist asks. */
export const startedQuery = () =>
  queryOptions({
    queryKey: ["opportunities", "started"],
    queryFn: async () => ({
      opportunities: (await get("/opportunities", { query: { limit: 1 } })).items.length > 0,
      runs: (await get("/agent-runs", { query: { limit: 1 } })).items.length > 0,
      people: (await get("/users")).items.length > 1,
    }),
  });
