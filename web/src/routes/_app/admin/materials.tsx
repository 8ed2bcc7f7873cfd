import { createFileRoute, Outlet } from "@tanstack/react-router";

export const Route = createFileRoute("/_app/admin/materials")({
  staticData: { crumb: "Playbooks and templates" },
  component: Outlet,
});
