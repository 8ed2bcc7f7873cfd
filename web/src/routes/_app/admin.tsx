import { createFileRoute, Outlet, useLocation } from "@tanstack/react-router";
import { AdminLayout } from "@/features/admin/layout";

export const Route = createFileRoute("/_app/admin")({
  staticData: { crumb: "Admin" },
  component: AdminRoute,
});

/** An import fills the page: its own steps stand where the second sidebar was. */
function AdminRoute() {
  const inImport = useLocation({ select: (at) => /^\/admin\/imports\/./.test(at.pathname) });
  if (inImport) return <Outlet />;
  return (
    <AdminLayout>
      <Outlet />
    </AdminLayout>
  );
}
