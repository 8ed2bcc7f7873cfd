import { createFileRoute, Outlet } from "@tanstack/react-router";

export const Route = createFileRoute("/_app/admin/imports")({ staticData: { crumb: "Import" }, component: Outlet });
