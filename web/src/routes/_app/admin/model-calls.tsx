import { createFileRoute } from "@tanstack/react-router";
import { CallsPage } from "@/features/governance/calls";

export const Route = createFileRoute("/_app/admin/model-calls")({
  staticData: { crumb: "Model calls" },
  validateSearch: (search: Record<string, unknown>): { failed?: boolean } =>
    typeof search.failed === "boolean" ? { failed: search.failed } : {},
  component: CallsPage,
});
