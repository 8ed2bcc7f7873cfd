import { createFileRoute } from "@tanstack/react-router";
import { OutsideTools } from "@/features/governance/outside-tools";

export const Route = createFileRoute("/_app/admin/outside-tools")({
  staticData: { crumb: "Outside tools" },
  component: OutsideTools,
});
