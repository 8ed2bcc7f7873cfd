import { useFields, useOptions } from "@/api/shared";
import { Select } from "@/components/ui/input";
import type { LeadSearch, LeadState } from "./search";
import { RATINGS } from "./status";

interface Props {
  search: LeadSearch;
  onSearch: (next: LeadSearch) => void;
}

function Pick(props: {
  label: string;
  all: string;
  value: string | undefined;
  choices: [string, string][];
  onPick: (value: string | undefined) => void;
}) {
  return (
    <Select
      aria-label={props.label}
      value={props.value ?? ""}
      onChange={(e) => props.onPick(e.target.value || undefined)}
      className="w-auto max-w-40"
    >
      <option value="">{props.all}</option>
      {props.choices.map(([value, label]) => (
        <option key={value} value={value}>
          {label}
        </option>
      ))}
    </Select>
  );
}

/** Which leads: still open or converted, by status, source and rating. */
export function LeadFilters({ search, onSearch }: Props) {
  const { hides } = useFields("lead");
  const statuses = useOptions("lead_status", search.status);
  const sources = useOptions("source", search.source);
  const named = (options: { id: string; name: string }[]) => options.map((o): [string, string] => [o.id, o.name]);
  return (
    <>
      <Pick
        label="Which leads"
        all="Open"
        value={search.state}
        choices={[
          ["converted", "Converted"],
          ["all", "All"],
        ]}
        onPick={(state) => onSearch({ ...search, state: state as LeadState | undefined })}
      />
      <Pick
        label="Status"
        all="Any status"
        value={search.status}
        choices={named(statuses)}
        onPick={(status) => onSearch({ ...search, status })}
      />
      {!hides("source_id") && (
        <Pick
          label="Source"
          all="Any source"
          value={search.source}
          choices={named(sources)}
          onPick={(source) => onSearch({ ...search, source })}
        />
      )}
      {!hides("rating") && (
        <Pick
          label="Rating"
          all="Any rating"
          value={search.rating}
          choices={RATINGS}
          onPick={(rating) => onSearch({ ...search, rating })}
        />
      )}
    </>
  );
}
