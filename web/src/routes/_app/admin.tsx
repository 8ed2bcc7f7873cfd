import { createFileRoute, Outlet } from "@tanstack/react-router";
import { AdminLayout } from "@/features/admin/layout";

export const Route = createFileRoute("/_app/admin")({
  staticData: { crumb: "Admin" },
  component: () => (
    <AdminLayout>
      <Outlet />
    </AdminLayout>
  ),
});
