/** All versions of a file; each can be saved, and be the one that is shown. */
import { useQuery } from "@tanstack/react-query";
import { Download } from "lucide-react";
import type { StoredFile } from "@/api/types";
import { Badge } from "@/components/ui/badge";
import { Button } from "@/components/ui/button";
import { Overlay } from "@/components/ui/overlay";
import { ReadFailed, SkeletonRows } from "@/components/ui/states";
import { bytes, dateTime } from "@/lib/format";
import { download, useFileChange, versionsQuery } from "./query";
import { StateBadge } from "./state";

export function Versions({ file, onClose }: { file: StoredFile; onClose: () => void }) {
  const query = useQuery(versionsQuery(file.id));
  const { choose } = useFileChange();
  return (
    <Overlay open onOpenChange={(open) => !open && onClose()} title="Versions" description={file.name}>
      {query.isPending && <SkeletonRows rows={2} />}
      <ReadFailed query={query} />
      <ul>
        {query.data?.map((v) => (
          <li key={v.id} className="flex min-h-12 items-center gap-3 border-b border-line py-2 text-cell last:border-0">
            <span className="flex min-w-0 flex-1 flex-col">
              <span className="flex flex-wrap items-center gap-2 font-medium text-fg">
                Version {v.number} {v.number === file.number && <Badge>Shown</Badge>}
                <StateBadge state={v.state} finding={v.finding ?? null} />
              </span>
              <span className="text-meta text-fg-3">
                {bytes(v.size)} · {v.uploaded_by.name}, {dateTime(v.uploaded_at)}
              </span>
            </span>
            {v.may_open && file.may.update && v.number !== file.number && (
              <Button
                size="row"
                busy={choose.isPending && choose.variables.version.id === v.id && "Changing"}
                aria-label={`Show version ${v.number} from now on`}
                onClick={() => choose.mutate({ file, version: v }, { onSuccess: onClose })}
              >
                Use this one
              </Button>
            )}
            {v.may_open && (
              <Button
                variant="quiet"
                size="icon"
                aria-label={`Download version ${v.number}`}
                onClick={() => void download(file.id, v.id)}
              >
                <Download />
              </Button>
            )}
          </li>
        ))}
      </ul>
    </Overlay>
  );
}
