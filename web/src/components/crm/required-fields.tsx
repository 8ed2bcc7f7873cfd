import { useQuery } from "@tanstack/react-query";
import { customFieldsQuery } from "@/api/shared";
import type { StageKind } from "@/api/types";
import { Checkbox } from "@/components/ui/checkbox";

/** What a stage can ask for, by the API's names. */
export const REQUIRABLE: Record<string, string> = {
  account_id: "Account",
  primary_contact_id: "Contact",
  amount: "Amount",
  close_date: "Close date",
  next_step: "Next step",
  follow_up_date: "Follow-up date",
  type_id: "Type",
  source_id: "Source",
  industry_id: "Industry",
  region_id: "Region",
  tags: "Tags",
  lost_notes: "Lost notes",
  lost_to_id: "Lost to",
  won_reason_id: "Won reason",
  won_notes: "Won notes",
};
/** Kept by lost, or by won, deals alone. */
const OF_KIND: Record<string, StageKind> = {
  lost_notes: "lost",
  lost_to_id: "lost",
  won_reason_id: "won",
  won_notes: "won",
};
/** Whether deals in stages of this kind have the field. */
export const fitsKind = (field: string, kind: StageKind): boolean => (OF_KIND[field] ?? kind) === kind;

export function RequiredFields(props: {
  kind: StageKind;
  value: string[];
  onChange: (fields: string[]) => void;
  legend?: string;
}) {
  const { value } = props;
  const custom = useQuery(customFieldsQuery()).data ?? [];
  const built = Object.entries(REQUIRABLE).filter(([field]) => fitsKind(field, props.kind));
  const own = custom
    .filter((f) => f.object === "opportunity" && !f.archived)
    .map((f): [string, string] => [`custom.${f.key}`, f.label]);
  const fields = [...built, ...own];
  return (
    <fieldset className="flex flex-col gap-1">
      <legend className="mb-1 text-meta font-medium text-fg-2">
        {props.legend ?? "Fields that must be filled to enter it"}
      </legend>
      <div className="grid grid-cols-3 gap-x-3 max-sm:grid-cols-2">
        {fields.map(([field, label]) => (
          <label key={field} className="flex min-h-7 items-center gap-2 text-cell pointer-coarse:min-h-11">
            <Checkbox
              checked={value.includes(field)}
              onCheckedChange={(on) => props.onChange(on ? [...value, field] : value.filter((f) => f !== field))}
            />
            {label}
          </label>
        ))}
      </div>
      {props.kind === "lost" && !props.legend && (
        <p className="text-meta text-fg-3">A lost deal always says why it was lost.</p>
      )}
    </fieldset>
  );
}
