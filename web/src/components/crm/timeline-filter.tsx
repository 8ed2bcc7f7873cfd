/** Narrows a timeline: by kind, person, time and words. */
import { Search, SlidersHorizontal, X } from "lucide-react";
import { useState } from "react";
import type { Ref } from "@/api/types";
import { Button } from "@/components/ui/button";
import { Input, Select } from "@/components/ui/input";
import { cn } from "@/lib/cn";
import { loadable } from "@/lib/loadable";
import { KIND_CHIPS, NO_FILTER, SPANS, type TimelineFilter } from "./timeline-query";

const RefPicker = loadable(() => import("./pickers").then((m) => m.RefPicker));

interface Props {
  filter: TimelineFilter;
  onChange: (filter: TimelineFilter) => void;
}

export function TimelineFilters({ filter, onChange }: Props) {
  const [more, setMore] = useState(Boolean(filter.person ?? (filter.q || filter.span)));
  const toggle = (id: string) =>
    onChange({
      ...filter,
      kinds: filter.kinds.includes(id) ? filter.kinds.filter((k) => k !== id) : [...filter.kinds, id],
    });
  return (
    <div role="search" aria-label="Narrow the timeline" className="flex flex-col gap-2">
      <div className="flex items-center gap-1.5">
        <div role="group" aria-label="Kinds" className="flex min-w-0 flex-1 scroll-thin gap-1.5 overflow-x-auto p-0.5">
          {KIND_CHIPS.map((chip) => {
            const on = filter.kinds.includes(chip.id);
            return (
              <button
                key={chip.id}
                type="button"
                aria-pressed={on}
                onClick={() => toggle(chip.id)}
                className={cn(
                  "h-7 shrink-0 rounded-full border px-2.5 text-meta font-medium pointer-coarse:h-9",
                  on ? "border-accent bg-accent-soft text-accent-text" : "border-line-strong text-fg-2 hover:bg-muted",
                )}
              >
                {chip.label}
              </button>
            );
          })}
        </div>
        <Button size="card" variant="quiet" aria-expanded={more} onClick={() => setMore(!more)}>
          <SlidersHorizontal /> Filter
        </Button>
      </div>
      {more && <More filter={filter} onChange={onChange} />}
    </div>
  );
}

function More({ filter, onChange }: Props) {
  return (
    <div className="grid grid-cols-1 gap-2 sm:grid-cols-[1fr_1fr_auto_auto]">
      <div className="relative">
        <Search
          className="pointer-events-none absolute top-1/2 left-2.5 size-3.5 -translate-y-1/2 text-fg-3"
          aria-hidden
        />
        <Input
          type="search"
          aria-label="Search the timeline"
          placeholder="Search what was said"
          maxLength={200}
          value={filter.q}
          onChange={(e) => onChange({ ...filter, q: e.target.value })}
          className="pl-8"
        />
      </div>
      <RefPicker
        kind="person"
        placeholder="With anybody"
        value={filter.person}
        onChange={(person: Ref | null) => onChange({ ...filter, person })}
        fallback={<span className="h-8" />}
      />
      <Select
        aria-label="Time"
        value={filter.span}
        onChange={(e) => onChange({ ...filter, span: e.target.value as TimelineFilter["span"] })}
      >
        {SPANS.map((s) => (
          <option key={s.id} value={s.id}>
            {s.label}
          </option>
        ))}
      </Select>
      <Button size="card" variant="quiet" onClick={() => onChange(NO_FILTER)}>
        <X /> Clear
      </Button>
      {filter.span === "dates" && (
        <div className="flex items-center gap-2 sm:col-span-4">
          <Input
            aria-label="From"
            type="date"
            className="w-auto"
            value={filter.since}
            onChange={(e) => onChange({ ...filter, since: e.target.value })}
          />
          <span className="text-cell text-fg-3">to</span>
          <Input
            aria-label="To"
            type="date"
            className="w-auto"
            value={filter.until}
            onChange={(e) => onChange({ ...filter, until: e.target.value })}
          />
        </div>
      )}
    </div>
  );
}
