import { createFileRoute } from "@tanstack/react-router";
import { FilesPage } from "@/features/admin/files";

export const Route = createFileRoute("/_app/admin/files")({
  staticData: { crumb: "Files" },
  component: FilesPage,
});
