import { createFileRoute, Outlet } from "@tanstack/react-router";

export const Route = createFileRoute("/_app/admin/assignment")({
  staticData: { crumb: "Assignment rules" },
  component: Outlet,
});
