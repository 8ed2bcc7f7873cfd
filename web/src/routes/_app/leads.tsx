import { createFileRoute, Outlet } from "@tanstack/react-router";

export const Route = createFileRoute("/_app/leads")({ staticData: { crumb: "Leads" }, component: Outlet });
