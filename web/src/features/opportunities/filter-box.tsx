import { ListFilter, Plus, X } from "lucide-react";
import { useEffect, useRef, useState } from "react";
import { useMe } from "@/api/shared";
import { Button } from "@/components/ui/button";
import { ChoiceList } from "@/components/ui/combobox";
import { Popover, PopoverContent, PopoverTrigger } from "@/components/ui/popover";
import { useKeys } from "@/lib/keys";
import { FilterChip } from "./filter-chip";
import { FilterValue } from "./filter-value";
import { FILTERS, filterDef, opsOf, useChipWords } from "./filters";
import { chipsOf, withChip, type ListSearch } from "./search";

export function FilterBox({ search, onSearch }: { search: ListSearch; onSearch: (next: ListSearch) => void }) {
  const chips = chipsOf(search);
  const words = useChipWords(chips, useMe().organisation.currency);
  return (
    <div className="field-halo scroll-thin flex min-h-[34px] min-w-0 flex-1 items-center gap-1.5 overflow-x-auto rounded-lg border border-line-control bg-bg px-1.5 md:flex-wrap md:py-[3px]">
      <ListFilter className="ml-1 size-4 shrink-0 text-fg-3 max-md:hidden" aria-hidden />
      {chips.map((chip) => (
        <FilterChip key={chip.param} chip={chip} words={words(chip)} onChange={(next) => onSearch(withChip(search, chip.param, next))} />
      ))}
      <AddFilter search={search} onSearch={onSearch} />
      <SearchText search={search} onSearch={onSearch} />
    </div>
  );
}

function AddFilter({ search, onSearch }: { search: ListSearch; onSearch: (next: ListSearch) => void }) {
  const [open, setOpen] = useState(false);
  const [field, setField] = useState<string | null>(null);
  const [values, setValues] = useState<string[]>([]);
  const def = field ? filterDef(field) : undefined;
  const op = def ? (opsOf(def.kind)[0] ?? "is") : "is";
  const close = () => {
    setOpen(false);
    setField(null);
    setValues([]);
  };
  return (
    <Popover open={open} onOpenChange={(next) => (next ? setOpen(true) : close())}>
      <PopoverTrigger asChild>
        <Button variant="quiet" size="row" className="text-fg-3 pointer-coarse:h-9">
          <Plus /> Filter
        </Button>
      </PopoverTrigger>
      <PopoverContent>
        {def ? (
          <FilterValue
            def={def}
            op={op}
            values={values}
            onChange={(next, done) => {
              setValues(next);
              onSearch(withChip(search, op === "is" ? def.field : `${def.field}.${op}`, { field: def.field, op, values: next }));
              if (done) close();
            }}
          />
        ) : (
          <ChoiceList choices={FILTERS.map((f) => ({ value: f.field, label: f.label }))} selected={[]} placeholder="Filter by" onPick={(c) => setField(c.value)} />
        )}
      </PopoverContent>
    </Popover>
  );
}

/** Words to look for. Enter or a rest sends them; Backspace in an empty box takes the last chip off. */
function SearchText({ search, onSearch }: { search: ListSearch; onSearch: (next: ListSearch) => void }) {
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
        placeholder="Search by name, account or next step"
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
