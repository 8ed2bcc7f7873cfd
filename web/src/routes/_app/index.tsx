import { createFileRoute } from "@tanstack/react-router";
import { Home } from "@/features/home/home";
import { closingQuery, myBoardQuery, myTasksQuery, slowQuery, waitingQuery } from "@/features/home/queries";

export const Route = createFileRoute("/_app/")({
  staticData: { crumb: "Home" },
  loader: ({ context: { queryClient } }) =>
    Promise.all([
      queryClient.ensureInfiniteQueryData(myTasksQuery()),
      ...[waitingQuery(), closingQuery(), slowQuery(), myBoardQuery()].map((q) => queryClient.ensureQueryData(q as ReturnType<typeof waitingQuery>)),
    ]),
  component: Home,
});
