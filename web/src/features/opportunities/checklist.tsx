import { useQuery } from "@tanstack/react-query";
import { put, remove } from "@/api/client";
import type { ChecklistItem, Opportunity } from "@/api/types";
import { useWriteOf } from "@/components/crm/use-write";
import { Checkbox } from "@/components/ui/checkbox";
import { Card } from "@/components/ui/states";
import { dateTime } from "@/lib/format";
import { checklistQuery } from "./queries";

/** What must be ticked before the deal can leave its stage; nothing where nothing is asked. */
export function Checklist({ o }: { o: Opportunity }) {
  const items = (useQuery(checklistQuery(o.id)).data ?? []).filter((item) => item.before_leaving);
  const set = useWriteOf(
    ["opportunities", "timeline"],
    ({ item, on }: { item: ChecklistItem; on: boolean }) => {
      const path = { id: o.id, item_id: item.id };
      const send = on ? put : remove;
      return send("/opportunities/{id}/checklist/{item_id}", { path });
    },
    ({ item, on }) => (on ? `Ticked ${item.label}` : `${item.label} is open again`),
  );
  if (items.length === 0) return null;
  const open = items.filter((item) => !item.ticked_at).length;
  return (
    <Card title={open > 0 ? `Before it can leave ${o.stage.name}` : `Ready to leave ${o.stage.name}`}>
      <ul aria-label="Checklist" className="px-4 py-2">
        {items.map((item) => (
          <li key={item.id}>
            <label className="flex min-h-8 items-center gap-2.5 text-cell pointer-coarse:min-h-11">
              <Checkbox
                checked={Boolean(item.ticked_at)}
                disabled={!o.may.update || set.isPending}
                onCheckedChange={(on) => set.mutate({ item, on: on === true })}
              />
              <span className="min-w-0 flex-1">{item.label}</span>
              {item.ticked_by && item.ticked_at && (
                <span className="shrink-0 text-meta text-fg-3" title={dateTime(item.ticked_at)}>
                  {item.ticked_by.name}
                </span>
              )}
            </label>
          </li>
        ))}
      </ul>
    </Card>
  );
}
