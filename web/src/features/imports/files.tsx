import { useQuery } from "@tanstack/react-query";
import { CircleAlert, FileDown } from "lucide-react";
import type { Import } from "@/api/types";
import { Spinner } from "@/components/ui/spinner";
import { number, plural } from "@/lib/format";
import { failedFilesQuery } from "./queries";

/** The files that rows name by their address: how far they are, and why some are not there. */
export function Files({ id, counts }: { id: string; counts: NonNullable<Import["attachments"]> }) {
  const failed = useQuery({ ...failedFilesQuery(id, counts.failed), enabled: counts.failed > 0 }).data ?? [];
  return (
    <section aria-label="Files" className="rounded-xl border border-line-strong">
      <p className="flex items-center gap-2 px-4 py-3 text-cell text-fg" role="status">
        {counts.waiting > 0 ? <Spinner /> : <FileDown className="size-4 text-fg-3" aria-hidden />}
        {plural(counts.done, "file")} fetched
        {counts.waiting > 0 && <span className="text-fg-3">{number(counts.waiting)} to come</span>}
        {counts.failed > 0 && <span className="text-bad-text">{number(counts.failed)} could not be fetched</span>}
      </p>
      {failed.length > 0 && (
        <ul className="max-h-72 divide-y divide-line overflow-y-auto border-t border-line">
          {failed.map((file) => (
            <li key={file.id} className="flex gap-2 px-4 py-2">
              <CircleAlert className="mt-0.5 size-4 shrink-0 text-bad" aria-hidden />
              <div className="min-w-0">
                <p className="truncate text-cell text-fg" title={file.url}>
                  Row {number(file.row)}: {file.url}
                </p>
                <p className="text-meta text-fg-3">{file.reason}</p>
              </div>
            </li>
          ))}
        </ul>
      )}
    </section>
  );
}
