import { useState } from "react";
import { useFields } from "@/api/shared";
import { ChoiceList } from "@/components/ui/combobox";
import { FilterValue } from "./filter-value";
import { useFilters } from "./custom-filters";
import { opsOf } from "./filters";
import type { ListSpec } from "./spec";
import { withChip, type ListSearch } from "./search";

/** Which field, then which value. */
export function AddFilter({
  spec,
  search,
  onSearch,
  onDone,
}: {
  spec: ListSpec;
  search: ListSearch;
  onSearch: (next: ListSearch) => void;
  onDone: () => void;
}) {
  const [field, setField] = useState<string | null>(null);
  const [values, setValues] = useState<string[]>([]);
  const { hides } = useFields(spec.object);
  const filters = useFilters(spec);
  const def = filters.find((f) => f.field === field);
  if (!def) {
    return (
      <ChoiceList
        choices={filters.filter((f) => !hides(f.kept ?? f.field)).map((f) => ({ value: f.field, label: f.label }))}
        selected={[]}
        placeholder="Filter by"
        onPick={(c) => setField(c.value)}
      />
    );
  }
  const op = opsOf(def.kind)[0] ?? "is";
  return (
    <FilterValue
      key={def.field}
      def={def}
      op={op}
      values={values}
      onChange={(next, done) => {
        setValues(next);
        onSearch(
          withChip(search, op === "is" ? def.field : `${def.field}.${op}`, { field: def.field, op, values: next }),
        );
        if (done) onDone();
      }}
    />
  );
}
