import { createFileRoute, Outlet } from "@tanstack/react-router";

export const Route = createFileRoute("/_app/admin/single-sign-on")({
  staticData: { crumb: "Single sign-on" },
  component: Outlet,
});
