import { createFileRoute } from "@tanstack/react-router";
import { SignInSettings } from "@/features/admin/sign-in";

export const Route = createFileRoute("/_app/admin/sign-in")({
  staticData: { crumb: "Sign-in" },
  loader: async ({ context: { queryClient } }) => {
    const { mailQuery, signInPolicyQuery } = await import("@/features/admin/queries");
    await Promise.all([
      queryClient.query({ ...signInPolicyQuery(), staleTime: "static" }),
      queryClient.query({ ...mailQuery(), staleTime: "static" }),
    ]);
  },
  component: SignInSettings,
});
