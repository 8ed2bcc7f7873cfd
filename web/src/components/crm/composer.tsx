import { PenLine } from "lucide-react";
import { Suspense } from "react";
import { useMay } from "@/api/shared";
import type { ActivityKind, SubjectType } from "@/api/types";
import { SkeletonRows } from "@/components/ui/states";
import { loadable } from "@/lib/loadable";
import { createStore } from "@/lib/store";

const ActivityForm = loadable(() => import("./activity-form").then((m) => m.ActivityForm));

/** Set by "Log" in the record's head: the composer opens with this kind. */
export const composing = createStore<ActivityKind | null>(null);

export function Composer({ type, id }: { type: SubjectType; id: string }) {
  const kind = composing.use();
  const may = useMay("activity", "create");
  // What is being written stays, though the right to save it has gone.
  if (!may && !kind) return null;
  if (kind) {
    const wait = <SkeletonRows rows={2} />;
    return (
      <div className="rounded-lg border border-line-strong bg-surface p-2.5">
        <Suspense fallback={wait}>
          <ActivityForm
            key={kind}
            subject={{ type, id }}
            first={kind}
            onDone={() => composing.set(null)}
            fallback={wait}
          />
        </Suspense>
      </div>
    );
  }
  return (
    <button
      type="button"
      onPointerEnter={ActivityForm.load}
      onFocus={ActivityForm.load}
      onClick={() => composing.set("note")}
      className="flex h-8 w-full items-center gap-2 rounded-md border border-line-control bg-bg px-2.5 text-cell text-fg-3 pointer-coarse:h-11"
    >
      <PenLine className="size-3.5" aria-hidden /> Write a note, or log a call
    </button>
  );
}
