import { useState } from "react";
import { useFields } from "@/api/shared";
import { ChoiceList } from "@/components/ui/combobox";
import { FilterValue } from "./filter-value";
import { useFilters } from "./custom-filters";
import { opsOf } from "./filters";
import type { ListSpec } from "./spec";
import { paramOf, withChip, type ListSearch } from "./search";

/** No field has such a name. */
const ADVANCED = "(advanced)";

/** Which field, then which value. */
export function AddFilter({
  spec,
  search,
  onSearch,
  onDone,
  onAdvanced,
}: {
  spec: ListSpec;
  search: ListSearch;
  onSearch: (next: ListSearch) => void;
  onDone: () => void;
  onAdvanced: () => void;
}) {
  const [field, setField] = useState<string | null>(null);
  const [values, setValues] = useState<string[]>([]);
  const { hides } = useFields(spec.object);
  const filters = useFilters(spec);
  const def = filters.find((f) => f.field === field);
  if (!def) {
    return (
      <ChoiceList
        choices={[
          ...filters.filter((f) => !hides(f.kept ?? f.field)).map((f) => ({ value: f.field, label: f.label })),
          { value: ADVANCED, label: "Advanced filter", hint: "groups, any, none" },
        ]}
        selected={[]}
        placeholder="Filter by"
        onPick={(c) => (c.value === ADVANCED ? onAdvanced() : setField(c.value))}
      />
    );
  }
  const op = opsOf(def)[0] ?? "is";
  return (
    <FilterValue
      key={def.field}
      def={def}
      op={op}
      values={values}
      onChange={(next, done) => {
        setValues(next);
        onSearch(
          withChip(search, paramOf({ field: def.field, op, values: next })[0], { field: def.field, op, values: next }),
        );
        if (done) onDone();
      }}
    />
  );
}
