import { Trash2, X } from "lucide-react";
import { patch, post, remove } from "@/api/client";
import { useMay } from "@/api/shared";
import type { Opportunity, Stage } from "@/api/types";
import { Button } from "@/components/ui/button";
import { Progress } from "@/components/ui/states";
import { money, number } from "@/lib/format";
import { useKeys } from "@/lib/keys";
import { Assign, MoveTo } from "./bulk-pick";
import { useBulk } from "./bulk";

const sum = (records: Opportunity[]): string => {
  const currency = records.find((r) => r.amount_base)?.amount_base?.currency;
  if (!currency) return "";
  const total = records.reduce((n, r) => n + Number(r.amount_base?.amount ?? 0), 0);
  return money({ amount: total.toFixed(2), currency });
};

export function BulkBar({ records, onClear }: { records: Opportunity[]; onClear: () => void }) {
  const { progress, run, stop } = useBulk(onClear);
  const mayEdit = useMay("opportunity", "update");
  const mayDelete = useMay("opportunity", "delete");
  useKeys({ Escape: onClear });
  const assign = (owner: { id: string }) =>
    run(
      "Assigning",
      "assigned",
      records,
      async (o) =>
        (await patch("/opportunities/{id}", { path: { id: o.id }, body: { owner_id: owner.id }, ifMatch: o.version }))
          .eventId,
    );
  const move = (stage: Stage, lostReason?: string) =>
    run("Moving", `moved to ${stage.name}`, records, async (o) => {
      const { data } = await post("/opportunities/{id}/move", {
        path: { id: o.id },
        body: { stage_id: stage.id, version: o.version, ...(lostReason ? { lost_reason_id: lostReason } : {}) },
      });
      return data.event_id;
    });
  const drop = () =>
    run(
      "Deleting",
      "deleted",
      records,
      async (o) => (await remove("/opportunities/{id}", { path: { id: o.id }, ifMatch: o.version })).eventId,
    );
  return (
    <div
      role="region"
      aria-label="Selected rows"
      className="absolute bottom-20 left-1/2 z-20 flex min-h-11 max-w-[calc(100%-24px)] -translate-x-1/2 animate-rise items-center gap-1 overflow-x-auto rounded-xl bg-surface px-3 shadow-3 max-md:bottom-3"
    >
      {progress ? (
        <div role="status" className="flex w-80 items-center gap-3 text-cell text-fg">
          <span className="whitespace-nowrap tnum">
            {progress.doing} {number(progress.done + 1)} of {number(progress.total)}
          </span>
          <Progress value={progress.done} max={progress.total} label={progress.doing} />
          <Button size="row" onClick={stop}>
            Stop
          </Button>
        </div>
      ) : (
        <>
          <span className="pr-3 text-cell whitespace-nowrap tnum">
            <span className="font-medium text-fg">{number(records.length)} selected</span>{" "}
            <span className="text-fg-3">{sum(records)}</span>
          </span>
          {mayEdit && <Assign onPick={(owner) => void assign(owner)} />}
          {mayEdit && <MoveTo onPick={(stage, reason) => void move(stage, reason)} />}
          {mayDelete && (
            <Button variant="quietDanger" onClick={() => void drop()}>
              <Trash2 /> Delete
            </Button>
          )}
          <Button variant="quiet" size="icon" aria-label="Clear the selection" onClick={onClear}>
            <X />
          </Button>
        </>
      )}
    </div>
  );
}
