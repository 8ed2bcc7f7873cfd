/** A filter with groups as one chip: what it says, and its editor behind it. */
import { X } from "lucide-react";
import { Suspense } from "react";
import { useMe } from "@/api/shared";
import { loadable } from "@/lib/loadable";
import { useFilters } from "./custom-filters";
import { useChipWords } from "./filters";
import type { ListSearch } from "./search";
import type { ListSpec } from "./spec";
import { comparisonsOf, groupOf, treeIn, treeOf, withTree, type Group } from "./tree";
import { groupWords } from "./tree-words";

const AdvancedDialog = loadable(() => import("./advanced-dialog").then((m) => m.AdvancedDialog));

interface Props {
  spec: ListSpec;
  search: ListSearch;
  onSearch: (next: ListSearch) => void;
  /** What is being edited; null when nothing is. */
  editing: Group | null;
  onEdit: (group: Group | null) => void;
}

export function AdvancedChip({ spec, search, onSearch, editing, onEdit }: Props) {
  const defs = useFilters(spec);
  const tree = treeIn(search);
  const group = tree && groupOf(tree);
  const words = useChipWords(group ? comparisonsOf(group) : [], defs, useMe().organisation.currency);
  const said = group ? groupWords(group, defs, words) : "A filter that was made through the API";
  return (
    <>
      {search.filter && (
        <span className="inline-flex h-[26px] max-w-80 shrink-0 animate-fade items-center overflow-hidden rounded-md border border-line-strong text-meta pointer-coarse:h-9">
          <button
            type="button"
            title={said}
            disabled={!group}
            aria-label={`Advanced filter: ${said}`}
            onPointerEnter={AdvancedDialog.load}
            onClick={() => onEdit(group)}
            className="h-full min-w-0 truncate px-2 font-medium text-fg hover:text-fg focus-visible:-outline-offset-2"
          >
            {said}
          </button>
          <button
            type="button"
            aria-label="Remove the advanced filter"
            onClick={() => onSearch(withTree(search, null))}
            className="h-full border-l border-line px-1.5 text-fg-3 hover:text-fg focus-visible:-outline-offset-2"
          >
            <X className="size-3" />
          </button>
        </span>
      )}
      <Suspense>
        {editing && (
          <AdvancedDialog
            spec={spec}
            group={editing}
            onClose={() => onEdit(null)}
            onSave={(next) => {
              onEdit(null);
              onSearch(withTree(search, next && treeOf(next, defs)));
            }}
          />
        )}
      </Suspense>
    </>
  );
}
