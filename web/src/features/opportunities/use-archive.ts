import { put, remove } from "@/api/client";
import type { Opportunity } from "@/api/types";
import { usePart } from "./parts-query";

export function useArchive(o: Opportunity) {
  return usePart(
    (archive: boolean) =>
      (archive ? put : remove)("/opportunities/{id}/archive", { path: { id: o.id }, ifMatch: o.version }),
    (archive) => (archive ? `Archived ${o.name}` : `${o.name} is back from the archive`),
  );
}
