import { createFileRoute } from "@tanstack/react-router";
import { mailQuery, signInPolicyQuery } from "@/features/admin/queries";
import { SignInSettings } from "@/features/admin/sign-in";

export const Route = createFileRoute("/_app/admin/sign-in")({
  staticData: { crumb: "Sign-in" },
  loader: async ({ context: { queryClient } }) => {
    await Promise.all([
      queryClient.query({ ...signInPolicyQuery(), staleTime: "static" }),
      queryClient.query({ ...mailQuery(), staleTime: "static" }),
    ]);
  },
  component: SignInSettings,
});
