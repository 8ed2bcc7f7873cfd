import { useSuspenseQuery } from "@tanstack/react-query";
import { createFileRoute } from "@tanstack/react-router";
import { optionsQuery, pipelinesQuery } from "@/api/shared";
import { LifecycleEditor } from "@/features/lifecycle/editor";
import { lifecycleQuery } from "@/features/lifecycle/queries";

export const Route = createFileRoute("/_app/admin/lifecycles/$id")({
  staticData: { crumb: "Lifecycle" },
  loader: async ({ context: { queryClient }, params: { id } }) => {
    const { lifecycleQuery } = await import("@/features/lifecycle/queries");
    await Promise.all([
      queryClient.query({ ...pipelinesQuery(), staleTime: "static" }),
      queryClient.query({ ...optionsQuery(), staleTime: "static" }),
      queryClient.query(lifecycleQuery(id)),
    ]);
  },
  component: Page,
});

function Page() {
  const { id } = Route.useParams();
  const lifecycle = useSuspenseQuery(lifecycleQuery(id)).data;
  return (
    <LifecycleEditor key={`${id}-${lifecycle.number}-${lifecycle.draft?.version ?? 0}`} id={id} lifecycle={lifecycle} />
  );
}
