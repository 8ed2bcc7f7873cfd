import { createFileRoute, Outlet } from "@tanstack/react-router";

export const Route = createFileRoute("/_app/approvals")({
  staticData: { crumb: "Approvals" },
  component: Outlet,
});
