import type { Approval } from "@/api/types";
import { after, before } from "@/components/crm/show-value";
import { Diff } from "@/components/ui/diff";
import { told } from "./words";

/** The approved fields: as they were, and as they are to be. */
export function Changes({ changes }: { changes: Approval["changes"] }) {
  return (
    <dl className="flex flex-col gap-2 text-cell">
      {changes.map(told).map((c) => (
        <div key={c.field} className="flex flex-wrap items-baseline gap-x-2 gap-y-1">
          <dt className="w-28 shrink-0 truncate text-fg-2">{c.label}</dt>
          <dd className="min-w-0 flex-1 basis-40 break-words text-fg">
            {c.old === null ? after(c) || "empty" : <Diff before={before(c)} after={after(c)} />}
          </dd>
        </div>
      ))}
    </dl>
  );
}
