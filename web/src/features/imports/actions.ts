import { useMutation, useQueryClient } from "@tanstack/react-query";
import { patch, post } from "@/api/client";
import { sentence } from "@/api/problem";
import type { Import, ImportDuplicateChoice } from "@/api/types";
import { failed } from "@/components/ui/toast";
import { importQuery } from "./queries";

/** What can be done with an import; each answers with the import as it is then. */
export function useImportActions(id: string) {
  const client = useQueryClient();
  const land = (data: Import) => {
    client.setQueryData(importQuery(id).queryKey, data);
    void client.invalidateQueries({ queryKey: ["imports", "list"] });
    if (data.status === "mapping" || data.status === "checking")
      void client.invalidateQueries({ queryKey: ["imports", "rows", id] });
  };
  const onError = (error: unknown) => failed("This did not work", sentence(error));
  const path = { id };
  const change = useMutation({
    mutationFn: (body: Record<string, unknown>) => patch("/imports/{id}", { path, body }),
    onSuccess: ({ data }) => land(data),
    onError,
  });
  const check = useMutation({
    mutationFn: () => post("/imports/{id}/check", { path }),
    onSuccess: ({ data }) => land(data),
    onError,
  });
  /** A decision, and the check again so that the rows say what it does. */
  const decide = useMutation({
    mutationFn: async (body: Record<string, unknown>) => {
      await patch("/imports/{id}", { path, body });
      return post("/imports/{id}/check", { path });
    },
    onSuccess: ({ data }) => land(data),
    onError,
  });
  /** What becomes of single rows that probably are there already; the check stays as it is. */
  const chooseRow = useMutation({
    mutationFn: (row: { row: number; duplicate: ImportDuplicateChoice | null; record_id?: string }) =>
      patch("/imports/{id}", { path, body: { rows: [row] } }),
    onSuccess: ({ data }) => {
      land(data);
      void client.invalidateQueries({ queryKey: ["imports", "rows", id] });
    },
    onError,
  });
  const start = useMutation({
    mutationFn: () => post("/imports/{id}/start", { path }),
    onSuccess: ({ data }) => land(data),
    onError,
  });
  const rollBack = useMutation({
    mutationFn: () => post("/imports/{id}/rollback", { path }),
    onSuccess: ({ data }) => land(data),
    onError,
  });
  return { change, check, decide, chooseRow, start, rollBack };
}
