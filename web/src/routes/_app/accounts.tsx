import { createFileRoute, Outlet } from "@tanstack/react-router";

export const Route = createFileRoute("/_app/accounts")({ staticData: { crumb: "Accounts" }, component: Outlet });
