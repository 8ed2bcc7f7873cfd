import { createFileRoute, Outlet } from "@tanstack/react-router";

export const Route = createFileRoute("/_app/admin/sla")({
  staticData: { crumb: "Service levels" },
  component: Outlet,
});
