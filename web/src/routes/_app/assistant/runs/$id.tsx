import { createFileRoute } from "@tanstack/react-router";
import { optionsQuery, pipelinesQuery, usersQuery } from "@/api/shared";
import { RunPage } from "@/features/assistant/run-page";

export const Route = createFileRoute("/_app/assistant/runs/$id")({
  staticData: { crumb: "Request" },
  loader: async ({ context: { queryClient }, params: { id } }) => {
    const { runQuery } = await import("@/features/assistant/run-query");
    await Promise.all([
      queryClient.query(runQuery(id)),
      queryClient.query({ ...pipelinesQuery(), staleTime: "static" }),
      queryClient.query({ ...optionsQuery(), staleTime: "static" }),
      queryClient.query({ ...usersQuery(), staleTime: "static" }),
    ]);
  },
  component: Page,
});

function Page() {
  const { id } = Route.useParams();
  return <RunPage key={id} id={id} />;
}
