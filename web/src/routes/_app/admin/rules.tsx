import { createFileRoute, Outlet } from "@tanstack/react-router";

export const Route = createFileRoute("/_app/admin/rules")({
  staticData: { crumb: "Validation rules" },
  component: Outlet,
});
