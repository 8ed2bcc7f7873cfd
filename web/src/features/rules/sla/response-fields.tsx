import { Checkbox } from "@/components/ui/checkbox";
import { Field } from "@/components/ui/field";
import { Select } from "@/components/ui/input";
import type { Draft } from "./values";

const KINDS = [
  ["call", "Call"],
  ["email", "E-mail"],
  ["meeting", "Meeting"],
  ["note", "Note"],
] as const;

/** From when a first response is due, and what is one. */
export function ResponseFields(props: {
  draft: Draft;
  put: (part: Partial<Draft>) => void;
  error: string | undefined;
}) {
  const { draft, put } = props;
  return (
    <div className="grid gap-3 sm:grid-cols-2">
      <Field label="Due from">
        {(w) => (
          <Select
            {...w}
            value={draft.response_from}
            onChange={(e) => put({ response_from: e.target.value === "assignment" ? "assignment" : "creation" })}
          >
            <option value="creation">its creation</option>
            <option value="assignment">its assignment, for each owner anew</option>
          </Select>
        )}
      </Field>
      <fieldset>
        <legend className="mb-1 text-meta font-medium text-fg-2">What counts, unless it comes from them</legend>
        <div className="flex flex-wrap gap-x-4 gap-y-1">
          {KINDS.map(([kind, label]) => (
            <label key={kind} className="flex min-h-8 items-center gap-2 text-cell text-fg max-md:min-h-11">
              <Checkbox
                checked={draft.response_kinds.includes(kind)}
                onCheckedChange={(on) =>
                  put({
                    response_kinds:
                      on === true ? [...draft.response_kinds, kind] : draft.response_kinds.filter((k) => k !== kind),
                  })
                }
              />
              {label}
            </label>
          ))}
        </div>
        {props.error && (
          <p role="alert" className="text-meta text-bad-text">
            {props.error}
          </p>
        )}
      </fieldset>
    </div>
  );
}
