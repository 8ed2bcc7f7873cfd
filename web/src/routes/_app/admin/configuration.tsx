import { createFileRoute } from "@tanstack/react-router";
import { ConfigurationFile } from "@/features/admin/configuration";

export const Route = createFileRoute("/_app/admin/configuration")({
  staticData: { crumb: "Configuration file" },
  component: ConfigurationFile,
});
