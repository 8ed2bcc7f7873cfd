import { createFileRoute } from "@tanstack/react-router";
import { usersQuery } from "@/api/shared";
import { ApprovalDetail } from "@/features/approvals/detail";

export const Route = createFileRoute("/_app/approvals/$id")({
  staticData: { crumb: "Request" },
  loader: async ({ context: { queryClient }, params: { id } }) => {
    const { approvalQuery } = await import("@/features/approvals/queries");
    await Promise.all([
      queryClient.query(approvalQuery(id)),
      queryClient.query({ ...usersQuery(), staleTime: "static" }),
    ]);
  },
  component: Page,
});

function Page() {
  const { id } = Route.useParams();
  return <ApprovalDetail key={id} id={id} />;
}
