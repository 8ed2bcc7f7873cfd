import { createFileRoute, useNavigate } from "@tanstack/react-router";
import { AuditLog } from "@/features/admin/audit/log";
import { readSearch } from "@/features/admin/audit/search";

export const Route = createFileRoute("/_app/admin/audit")({
  staticData: { crumb: "Audit log" },
  validateSearch: readSearch,
  loaderDeps: ({ search }) => search,
  loader: async ({ context: { queryClient }, deps }) => {
    const { auditQuery, newestSealQuery } = await import("@/features/admin/audit/queries");
    await Promise.all([
      queryClient.infiniteQuery(auditQuery(deps)),
      queryClient.query({ ...newestSealQuery(), staleTime: "static" }),
    ]);
  },
  component: AuditRoute,
});

function AuditRoute() {
  const navigate = useNavigate();
  return <AuditLog search={Route.useSearch()} onSearch={(search) => void navigate({ to: "/admin/audit", search })} />;
}
