import { Trash2, X } from "lucide-react";
import { Suspense, useState, type ReactNode } from "react";
import { useMay } from "@/api/shared";
import { Button } from "@/components/ui/button";
import { Progress } from "@/components/ui/states";
import { number } from "@/lib/format";
import { useKeys } from "@/lib/keys";
import { loadable } from "@/lib/loadable";
import { useBulk, type BulkSpec, type BulkTarget, type BulkWork, type Chosen } from "./bulk";
import { Assign, Tags } from "./bulk-verbs";
import type { Selected } from "./view-query";

export type Run = (doing: string, past: string, work: BulkWork) => void;

const BulkRefused = loadable(() => import("./bulk-refused").then((m) => m.BulkRefused));

export function BulkBar(props: {
  spec: BulkSpec;
  records: Chosen[];
  /** Said of them quietly, as their sum. */
  aside?: string;
  /** What else may be done with records of this kind. */
  more?: (run: Run) => ReactNode;
  /** In place of what is done with all kinds. */
  verbs?: (run: Run) => ReactNode;
  /** All that the list finds, when every loaded row is chosen and there are more. */
  all: { selection: Selected; count: string } | null;
  onClear: () => void;
}) {
  const { spec, records, all, onClear } = props;
  const { progress, refused, forget, run, undo, stop } = useBulk(spec, onClear);
  const [whole, setWhole] = useState(false);
  const target: BulkTarget = whole && all ? { matching: all.selection } : { records };
  useKeys({ Escape: onClear });
  const go: Run = (doing, past, work) => void run(doing, past, target, work);
  return (
    <>
      <div
        role="region"
        aria-label="Selected rows"
        className="absolute bottom-20 left-1/2 z-20 flex min-h-11 max-w-[calc(100%-24px)] -translate-x-1/2 animate-rise items-center gap-1 overflow-x-auto rounded-xl bg-surface px-3 shadow-3 max-md:bottom-3"
      >
        {progress ? (
          <div role="status" className="flex w-80 items-center gap-3 text-cell text-fg">
            <span className="whitespace-nowrap tnum">
              {progress.doing} {number(progress.bulk.done)} of{" "}
              {number(progress.bulk.status === "undoing" ? progress.bulk.changed : progress.bulk.total)}
            </span>
            <Progress value={progress.bulk.done} max={Math.max(1, progress.bulk.total)} label={progress.doing} />
            {progress.bulk.status === "running" && (
              <Button size="row" onClick={stop}>
                Stop
              </Button>
            )}
          </div>
        ) : (
          <>
            <span className="pr-3 text-cell whitespace-nowrap tnum">
              <span className="font-medium text-fg">
                {whole && all ? `All ${all.count}` : number(records.length)} selected
              </span>{" "}
              {!(whole && all) && <span className="text-fg-3">{props.aside}</span>}
            </span>
            {all && !whole && (
              <Button variant="quiet" onClick={() => setWhole(true)}>
                Select all {all.count} matching
              </Button>
            )}
            {props.verbs?.(go) ?? <Verbs object={spec.object} run={go} more={props.more} />}
            <Button variant="quiet" size="icon" aria-label="Clear the selection" onClick={onClear}>
              <X />
            </Button>
          </>
        )}
      </div>
      <Suspense>
        {refused && (
          <BulkRefused
            noun={spec.noun}
            {...refused}
            onUndo={() => {
              forget();
              void undo(refused.bulk);
            }}
            onClose={forget}
          />
        )}
      </Suspense>
    </>
  );
}

/** What may be done with records of any kind. */
function Verbs(props: { object: string; run: Run; more: ((run: Run) => ReactNode) | undefined }) {
  const { object, run } = props;
  const mayEdit = useMay(object, "update");
  const mayDelete = useMay(object, "delete");
  return (
    <>
      {mayEdit && (
        <>
          <Assign onPick={(owner) => run("Assigning", "assigned", { set: { owner_id: owner.id } })} />
          {props.more?.(run)}
          <Tags onPick={(work) => run("Tagging", "tagged", work)} />
        </>
      )}
      {mayDelete && (
        <Button variant="quietDanger" onClick={() => run("Deleting", "deleted", { delete: true })}>
          <Trash2 /> Delete
        </Button>
      )}
    </>
  );
}
