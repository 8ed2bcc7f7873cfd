import { createFileRoute } from "@tanstack/react-router";
import type { TrashItem } from "@/api/types";
import { KINDS, trashQuery } from "@/features/trash/queries";
import { Trash } from "@/features/trash/trash";

const readObject = (value: unknown): TrashItem["object"] | undefined =>
  (Object.keys(KINDS) as TrashItem["object"][]).find((kind) => kind === value);

export const Route = createFileRoute("/_app/trash")({
  staticData: { crumb: "Trash" },
  validateSearch: (search: Record<string, unknown>): { object?: TrashItem["object"] } => {
    const object = readObject(search.object);
    return object ? { object } : {};
  },
  loaderDeps: ({ search }) => search,
  loader: async ({ context: { queryClient }, deps }) => {
    await queryClient.infiniteQuery(trashQuery(deps.object));
  },
  component: TrashRoute,
});

function TrashRoute() {
  return <Trash object={Route.useSearch().object} />;
}
