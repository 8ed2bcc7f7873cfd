import { createFileRoute, redirect } from "@tanstack/react-router";

/** Where sessions were listed before. */
export const Route = createFileRoute("/_app/admin/sessions")({
  beforeLoad: () => {
    throw redirect({ to: "/security", replace: true });
  },
});
