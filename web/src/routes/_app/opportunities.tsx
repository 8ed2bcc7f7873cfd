import { createFileRoute, Outlet } from "@tanstack/react-router";

export const Route = createFileRoute("/_app/opportunities")({
  staticData: { crumb: "Opportunities" },
  component: Outlet,
});
