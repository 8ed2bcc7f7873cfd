import { Archive, ArchiveRestore, Ellipsis, Merge, Trash2 } from "lucide-react";
import { useState } from "react";
import { patch, remove } from "@/api/client";
import type { LeadStatusCategory, Option } from "@/api/types";
import { Badge } from "@/components/ui/badge";
import { Button } from "@/components/ui/button";
import { InlineText } from "@/components/ui/inline-text";
import { Select } from "@/components/ui/input";
import { Menu } from "@/components/ui/menu";
import { told } from "@/components/ui/toast";
import { cn } from "@/lib/cn";
import { ReplaceDialog } from "./replace-dialog";
import { useSave } from "./use-save";

/** What a lead's status means; none of the other lists has any. */
const CATEGORIES: [LeadStatusCategory, string][] = [
  ["new", "New"],
  ["working", "Working"],
  ["nurturing", "Nurturing"],
  ["qualified", "Qualified"],
  ["unqualified", "Unqualified"],
  ["converted", "Converted"],
];

export function ListValue({ value, others, may }: { value: Option; others: Option[]; may: boolean }) {
  const [open, setOpen] = useState<"merge" | "delete" | null>(null);
  const path = { id: value.id };
  const change = useSave((body: { name?: string; archived?: boolean; category?: LeadStatusCategory }) =>
    patch("/options/{id}", { path, body, ifMatch: value.version }),
  );
  const refresh = useSave(() => Promise.resolve());
  return (
    <div className="flex min-w-0 flex-1 items-center gap-2 py-1 pl-1">
      <InlineText
        label="Value"
        value={value.name}
        disabled={!may}
        className={cn(value.archived ? "text-fg-3" : "text-fg")}
        onSave={(name) => change.mutate({ name })}
      />
      {value.archived && <Badge kind="outline">Archived</Badge>}
      {value.category && (
        <Select
          aria-label={`What ${value.name} means`}
          value={value.category}
          disabled={!may}
          className="w-auto shrink-0"
          onChange={(e) => change.mutate({ category: e.target.value as LeadStatusCategory })}
        >
          {CATEGORIES.map(([category, label]) => (
            <option key={category} value={category}>
              {label}
            </option>
          ))}
        </Select>
      )}
      {may && (
        <span className="ml-auto">
          <Menu
            align="end"
            trigger={
              <Button variant="quiet" size="icon" aria-label={`More for ${value.name}`}>
                <Ellipsis />
              </Button>
            }
            items={[
              value.archived
                ? { label: "Restore", icon: <ArchiveRestore />, run: () => change.mutate({ archived: false }) }
                : { label: "Archive", icon: <Archive />, run: () => change.mutate({ archived: true }) },
              { label: "Merge into another", icon: <Merge />, run: () => setOpen("merge") },
              "line",
              { label: "Delete", icon: <Trash2 />, bad: true, run: () => setOpen("delete") },
            ]}
          />
        </span>
      )}
      {open && (
        <ReplaceDialog
          what="value"
          name={value.name}
          counted="record"
          others={others.filter((o) => !o.archived)}
          merge={open === "merge"}
          remove={(replacement_id) =>
            remove("/options/{id}", { path, query: { replacement_id }, ifMatch: value.version })
          }
          onDone={() => {
            setOpen(null);
            refresh.mutate(undefined);
            told(open === "merge" ? `Merged ${value.name}` : `Deleted ${value.name}`);
          }}
          onClose={() => setOpen(null)}
        />
      )}
    </div>
  );
}
