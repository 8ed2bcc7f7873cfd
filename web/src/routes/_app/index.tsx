import { createFileRoute } from "@tanstack/react-router";
import { pendingQuery } from "@/components/crm/proposal-query";
import { Home } from "@/features/home/home";
import { closingQuery, myBoardQuery, myTasksQuery, slowQuery } from "@/features/home/queries";

export const Route = createFileRoute("/_app/")({
  staticData: { crumb: "Home" },
  loader: async ({ context: { queryClient } }) => {
    // Proposals are the agents' part: the day's work shows without them too.
    queryClient.infiniteQuery(pendingQuery()).catch(() => undefined);
    await Promise.all([
      queryClient.infiniteQuery({ ...myTasksQuery(), staleTime: "static" }),
      queryClient.query({ ...closingQuery(), staleTime: "static" }),
      queryClient.query({ ...slowQuery(), staleTime: "static" }),
      queryClient.query({ ...myBoardQuery(), staleTime: "static" }),
    ]);
  },
  component: Home,
});
