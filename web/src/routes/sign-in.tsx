import { createFileRoute, redirect } from "@tanstack/react-router";
import { setupQuery } from "@/api/shared";
import { SignIn } from "@/features/session/sign-in";

export const Route = createFileRoute("/sign-in")({
  validateSearch: (search: Record<string, unknown>): { to?: string; error?: string } => ({
    ...(typeof search.to === "string" && /^\/(?!\/)/.test(search.to) ? { to: search.to } : {}),
    // How a sign-in by an identity provider ended.
    ...(typeof search.error === "string" ? { error: search.error } : {}),
  }),
  loader: async ({ context }) => {
    const setup = await context.queryClient.query({ ...setupQuery(), staleTime: "static" });
    if (setup.needed) throw redirect({ to: "/setup" });
    return setup;
  },
  component: SignInRoute,
});

function SignInRoute() {
  const { to = "/", error } = Route.useSearch();
  return <SignIn setup={Route.useLoaderData()} to={to} error={error} />;
}
