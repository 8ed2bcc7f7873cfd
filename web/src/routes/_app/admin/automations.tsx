import { createFileRoute, Outlet } from "@tanstack/react-router";

export const Route = createFileRoute("/_app/admin/automations")({
  staticData: { crumb: "Automations" },
  component: Outlet,
});
