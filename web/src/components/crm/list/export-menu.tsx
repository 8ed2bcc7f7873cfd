import { useMutation } from "@tanstack/react-query";
import { Download } from "lucide-react";
import { BASE } from "@/api/client";
import { ApiError, readProblem, sentence } from "@/api/problem";
import { Button } from "@/components/ui/button";
import { Menu } from "@/components/ui/menu";
import { failed } from "@/components/ui/toast";
import { useFilters } from "./custom-filters";
import type { ListSearch } from "./search";
import type { ListSpec } from "./spec";
import { selectionOf } from "./view-query";

/** What is shown, as a file: the same filter, order and columns. */
export function ExportMenu(props: { spec: ListSpec; search: ListSearch; columns: { id: string; field?: string }[] }) {
  const { spec, search } = props;
  const defs = useFilters(spec);
  const fetching = useMutation({
    mutationFn: async (format: "csv" | "xlsx") => {
      const columns = props.columns.map((c) => c.field ?? c.id);
      const body = { object: spec.object, format, columns, ...selectionOf(search, defs) };
      const answer = await fetch(`${BASE}/exports`, {
        method: "POST",
        headers: { "Content-Type": "application/json" },
        body: JSON.stringify(body),
      });
      if (!answer.ok) throw new ApiError(await readProblem(answer));
      save(await answer.blob(), `${spec.noun[1]}.${format}`);
    },
    onError: (error) => failed("Nothing was exported", sentence(error)),
  });
  return (
    <Menu
      align="end"
      trigger={
        <Button
          variant="quiet"
          size="icon"
          aria-label="Export"
          className="shrink-0 text-fg-3"
          disabled={fetching.isPending}
        >
          <Download />
        </Button>
      }
      items={[
        { label: "Export as CSV", run: () => fetching.mutate("csv") },
        { label: "Export as Excel workbook", run: () => fetching.mutate("xlsx") },
      ]}
    />
  );
}

function save(file: Blob, name: string): void {
  const link = document.createElement("a");
  link.href = URL.createObjectURL(file);
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 10_000);
}
