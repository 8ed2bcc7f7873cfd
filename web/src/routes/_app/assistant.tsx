import { createFileRoute } from "@tanstack/react-router";
import { needsAgent } from "@/components/frame/needs-agent";

export const Route = createFileRoute("/_app/assistant")({
  staticData: { crumb: "Assistant history" },
  loader: ({ context: { queryClient } }) => needsAgent(queryClient, "own"),
});
