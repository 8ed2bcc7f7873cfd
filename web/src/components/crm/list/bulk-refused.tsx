import { useQuery } from "@tanstack/react-query";
import { Download, Undo2 } from "lucide-react";
import { BASE, get } from "@/api/client";
import type { BulkChange } from "@/api/types";
import { Button } from "@/components/ui/button";
import { Overlay } from "@/components/ui/overlay";
import { SkeletonRows } from "@/components/ui/states";
import { number, plural } from "@/lib/format";

/** What was done, what was refused and why, and the way back. */
export function BulkRefused(props: {
  noun: [string, string];
  past: string;
  bulk: BulkChange;
  onUndo: () => void;
  onClose: () => void;
}) {
  const { past, bulk } = props;
  const refusals = useQuery({
    queryKey: ["bulk", bulk.id, "refusals"],
    queryFn: ({ signal }) => get("/bulk-changes/{id}/refusals", { path: { id: bulk.id }, signal }),
  });
  return (
    <Overlay
      open
      onOpenChange={(open) => !open && props.onClose()}
      title={`${plural(bulk.refused, ...props.noun)} refused`}
      description={`${number(bulk.changed)} of ${number(bulk.total)} ${past}.`}
      footer={
        <>
          <Button asChild className="mr-auto">
            <a href={`${BASE}/bulk-changes/${bulk.id}/report`} download="refused.csv">
              <Download /> Report
            </a>
          </Button>
          {bulk.changed > 0 && (
            <Button onClick={props.onUndo}>
              <Undo2 /> Undo the {number(bulk.changed)}
            </Button>
          )}
          <Button variant="primary" onClick={props.onClose}>
            Close
          </Button>
        </>
      }
    >
      {refusals.isPending ? (
        <SkeletonRows rows={3} />
      ) : (
        <ul className="flex flex-col divide-y divide-line">
          {refusals.data?.items.map((r) => (
            <li key={r.record_id} className="py-2 text-cell">
              <span className="font-medium text-fg">{r.name ?? "One that you may not see any more"}</span>
              <span className="block text-fg-2">{r.message}</span>
            </li>
          ))}
          {refusals.data?.next_cursor && (
            <li className="py-2 text-meta text-fg-3">There are more: the report names them all.</li>
          )}
        </ul>
      )}
    </Overlay>
  );
}
