import type { Import, ImportDuplicateChoice, ImportRow } from "@/api/types";
import { Select } from "@/components/ui/input";
import { useImportActions } from "./actions";

/** What becomes of a row that probably is there already. */
export function DuplicateChoice({ item, row }: { item: Import; row: ImportRow }) {
  const { chooseRow } = useImportActions(item.id);
  const records = row.duplicates.flatMap((d) => (d.record_id ? [{ ...d, record_id: d.record_id }] : []));
  const all = item.options.duplicates;
  const set = (value: string) => {
    const [duplicate, record_id] = value.split(" ");
    chooseRow.mutate({
      row: row.row,
      duplicate: (duplicate || null) as ImportDuplicateChoice | null,
      ...(record_id ? { record_id } : {}),
    });
  };
  const chosen = row.duplicate ?? "";
  const of = row.duplicate_record_id ?? records[0]?.record_id;
  const value = chosen === "update" && of ? `update ${of}` : chosen;
  return (
    <Select
      aria-label={`What becomes of row ${row.row}`}
      className="w-44"
      disabled={chooseRow.isPending}
      value={value}
      onChange={(e) => set(e.target.value)}
    >
      <option value="">{all ? "As all others" : "Undecided"}</option>
      {records.map((d) => (
        <option key={d.record_id} value={`update ${d.record_id}`}>
          Update {d.name} ({d.score} %)
        </option>
      ))}
      {!item.check?.problems.some((p) => p.code === "possible_duplicate" && !offers(p, "create")) && (
        <option value="create">Create anyway</option>
      )}
      <option value="skip">Skip</option>
    </Select>
  );
}

const offers = (problem: NonNullable<Import["check"]>["problems"][number], action: string) =>
  problem.actions.some((a) => a.action === action);
