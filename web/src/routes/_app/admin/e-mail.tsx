import { createFileRoute } from "@tanstack/react-router";
import { MailAdmin } from "@/features/mail/admin";
import { connectedQuery, mailPolicyQuery } from "@/features/mail/queries";

export const Route = createFileRoute("/_app/admin/e-mail")({
  staticData: { crumb: "E-mail" },
  loader: async ({ context: { queryClient } }) => {
    await Promise.all([
      queryClient.query({ ...mailPolicyQuery(), staleTime: "static" }),
      queryClient.query({ ...connectedQuery(), staleTime: "static" }),
    ]);
  },
  component: MailAdmin,
});
