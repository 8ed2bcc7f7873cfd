import { createFileRoute, Outlet } from "@tanstack/react-router";

export const Route = createFileRoute("/_app/admin/web-forms")({
  staticData: { crumb: "Web forms" },
  component: Outlet,
});
