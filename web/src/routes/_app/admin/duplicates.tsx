import { createFileRoute } from "@tanstack/react-router";
import { DuplicatesPage } from "@/features/admin/duplicates";

export const Route = createFileRoute("/_app/admin/duplicates")({
  staticData: { crumb: "Duplicates" },
  component: DuplicatesPage,
});
