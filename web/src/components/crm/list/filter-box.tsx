import { ListFilter, Plus, TextQuote, X } from "lucide-react";
import { Suspense, useEffect, useRef, useState } from "react";
import { useMe } from "@/api/shared";
import { Button } from "@/components/ui/button";
import { Popover } from "@/components/ui/popover";
import { useKeys } from "@/lib/keys";
import { FilterChip } from "./filter-chip";
import { useFilters } from "./custom-filters";
import { useChipWords } from "./filters";
import type { ListSpec } from "./spec";
import { chipsOf, withChip, type Chip, type ListSearch } from "./search";
import { groupOf, treeIn, treeOf, withTree, type Group } from "./tree";
import { loadable } from "@/lib/loadable";

const AdvancedChip = loadable(() => import("./advanced-chip").then((m) => m.AdvancedChip));
const SentenceBox = loadable(() => import("./sentence-box").then((m) => m.SentenceBox));
const AddFilter = loadable(() => import("./add-filter").then((m) => m.AddFilter));

interface Props {
  spec: ListSpec;
  search: ListSearch;
  onSearch: (next: ListSearch) => void;
}

export function FilterBox({ spec, search, onSearch }: Props) {
  const chips = chipsOf(search);
  const defs = useFilters(spec);
  const words = useChipWords(chips, defs, useMe().organisation.currency);
  const [advanced, setAdvanced] = useState<Group | null>(null);
  const tree = treeIn(search);
  const started = (): Group => (tree && groupOf(tree)) ?? { mode: "all", items: [] };
  /** The chip goes, and its condition stands with those that are there. */
  const advance = (chip: Chip) => {
    const { field, op, values } = chip;
    const old = started();
    const within = old.items.length === 0 || old.mode === "all" ? old.items : [old];
    const next: Group = { mode: "all", items: [...within, { field, op, values }] };
    onSearch(withTree(withChip(search, chip.param, null), treeOf(next, defs)));
  };
  return (
    <div className="flex min-h-[34px] min-w-0 flex-1 scroll-thin items-center gap-1.5 overflow-x-auto rounded-lg border field-halo border-line-control bg-bg px-1.5 md:flex-wrap md:py-[3px]">
      <ListFilter className="ml-1 size-4 shrink-0 text-fg-3 max-md:hidden" aria-hidden />
      {chips.map((chip) => (
        <FilterChip
          key={chip.param}
          chip={chip}
          def={defs.find((d) => d.field === chip.field)}
          words={words(chip)}
          onChange={(next) => onSearch(withChip(search, chip.param, next))}
          onAdvance={() => advance(chip)}
        />
      ))}
      {(search.filter || advanced) && (
        <AdvancedChip spec={spec} search={search} onSearch={onSearch} editing={advanced} onEdit={setAdvanced} />
      )}
      <FilterButton
        spec={spec}
        search={search}
        onSearch={onSearch}
        onAdvanced={() => setAdvanced(started().items.length > 0 ? started() : { mode: "any", items: [] })}
      />
      <SentenceButton spec={spec} search={search} onSearch={onSearch} />
      <SearchText spec={spec} search={search} onSearch={onSearch} />
    </div>
  );
}

function FilterButton({ spec, search, onSearch, onAdvanced }: Props & { onAdvanced: () => void }) {
  const [open, setOpen] = useState(false);
  return (
    <Popover
      open={open}
      onOpenChange={setOpen}
      trigger={
        <Button variant="quiet" size="row" className="text-fg-3 pointer-coarse:h-9">
          <Plus /> Filter
        </Button>
      }
    >
      <Suspense>
        <AddFilter
          spec={spec}
          search={search}
          onSearch={onSearch}
          onDone={() => setOpen(false)}
          onAdvanced={() => {
            setOpen(false);
            onAdvanced();
          }}
        />
      </Suspense>
    </Popover>
  );
}

function SentenceButton({ spec, search, onSearch }: Props) {
  const [open, setOpen] = useState(false);
  return (
    <Popover
      open={open}
      onOpenChange={setOpen}
      className="w-auto"
      trigger={
        <Button
          variant="quiet"
          size="iconRow"
          className="text-fg-3 pointer-coarse:size-9"
          aria-label="Say it in a sentence"
        >
          <TextQuote />
        </Button>
      }
    >
      <Suspense>
        <SentenceBox spec={spec} group={search.group} onSearch={onSearch} onDone={() => setOpen(false)} />
      </Suspense>
    </Popover>
  );
}

/** Words to look for. Enter or a rest sends them; Backspace in an empty box takes the last chip off. */
function SearchText({ spec, search, onSearch }: Props) {
  const [text, setText] = useState(search.q ?? "");
  const [known, setKnown] = useState(search.q);
  if (known !== search.q) {
    // The address changed: by another tab of views, Back, or by what was typed here.
    setKnown(search.q);
    if (text.trim() !== (search.q ?? "")) setText(search.q ?? "");
  }
  const input = useRef<HTMLInputElement>(null);
  const timer = useRef<ReturnType<typeof setTimeout>>(undefined);
  useKeys({ "/": () => input.current?.focus() });
  useEffect(() => () => clearTimeout(timer.current), []);
  const send = (q: string) => {
    clearTimeout(timer.current);
    if (q.trim() !== (search.q ?? "")) onSearch({ ...search, q: q.trim() || undefined });
  };
  return (
    <span className="flex min-w-32 flex-1 items-center">
      <input
        ref={input}
        aria-label="Search in this list"
        placeholder={spec.placeholder}
        value={text}
        onChange={(e) => {
          setText(e.target.value);
          clearTimeout(timer.current);
          const q = e.target.value;
          timer.current = setTimeout(() => send(q), 600);
        }}
        onKeyDown={(e) => {
          if (e.key === "Enter") send(text);
          const last = chipsOf(search).at(-1);
          if (e.key === "Backspace" && text === "" && last) onSearch(withChip(search, last.param, null));
        }}
        className="h-[26px] w-full min-w-0 bg-transparent px-1 text-cell text-fg outline-none"
      />
      {text && (
        <Button variant="quiet" size="iconRow" aria-label="Clear the search" onClick={() => send("")}>
          <X />
        </Button>
      )}
    </span>
  );
}
