import { createFileRoute } from "@tanstack/react-router";
import { securityQuery } from "@/api/shared";
import { identitiesQuery, passkeysQuery, sessionsQuery } from "@/features/session/queries";
import { Security } from "@/features/session/security";

export const Route = createFileRoute("/_app/security")({
  staticData: { crumb: "Security" },
  loader: async ({ context: { queryClient } }) => {
    await Promise.all([
      queryClient.query({ ...securityQuery(), staleTime: "static" }),
      queryClient.query({ ...passkeysQuery(), staleTime: "static" }),
      queryClient.query({ ...sessionsQuery(), staleTime: "static" }),
      queryClient.query({ ...identitiesQuery(), staleTime: "static" }),
    ]);
  },
  component: Security,
});
