import { createFileRoute, redirect } from "@tanstack/react-router";
import { setupQuery } from "@/api/shared";
import { FirstRun } from "@/features/session/first-run";

export const Route = createFileRoute("/setup")({
  loader: async ({ context }) => {
    const setup = await context.queryClient.query({ ...setupQuery(), staleTime: "static" });
    if (!setup.needed) throw redirect({ to: "/sign-in", search: {} });
  },
  component: FirstRun,
});
