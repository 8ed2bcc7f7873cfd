import { useQuery } from "@tanstack/react-query";
import { TriangleAlert } from "lucide-react";
import { useState, type SyntheticEvent } from "react";
import { customFieldsQuery, useMe } from "@/api/shared";
import { CustomInput, type CustomValues } from "@/components/crm/custom-inputs";
import { Button } from "@/components/ui/button";
import { plural } from "@/lib/format";
import { askable } from "./gate";
import { GateField, sent } from "./gate-field";
import { GateRest } from "./gate-rest";
import type { Extra, Gate } from "./use-move";

const needs = (fields: number, others: number): string =>
  [fields > 0 && plural(fields, "more field"), others > 0 && plural(others, fields > 0 ? "other thing" : "thing")]
    .filter(Boolean)
    .join(" and ");

const upper = (text: string) => text.charAt(0).toUpperCase() + text.slice(1) + (text.endsWith(".") ? "" : ".");

/** What a refused move asks for, where the card was dropped. */
export function GateForm(props: { gate: Gate; busy: boolean; onSave: (extra: Extra) => void; onPutBack: () => void }) {
  const { gate } = props;
  const [values, setValues] = useState<Record<string, string>>({});
  const [tried, setTried] = useState(false);
  const { currency } = useMe().organisation;
  const [custom, setCustom] = useState<CustomValues>({});
  const own = useQuery(customFieldsQuery()).data ?? [];
  const customOf = (field: string) => own.find((f) => f.object === "opportunity" && field === `custom.${f.key}`);
  const [ticked, setTicked] = useState<{ ids: string[]; version?: number }>({ ids: [] });
  const lacks =
    gate.missing.length > 0 || gate.why
      ? gate.missing
      : [{ field: "lost_reason_id", code: "required", message: "Say why." }];
  // A field is asked for once, whatever wants it.
  const asked = lacks.filter((m, i) => askable(m.field) && lacks.findIndex((n) => n.field === m.field) === i);
  const rest = lacks.filter((m) => !askable(m.field));
  const undone = rest.filter((m) => !ticked.ids.includes(m.field));
  const filled = (field: string) => {
    const key = customOf(field)?.key;
    return key === undefined ? Boolean(values[field]) : (custom[key] ?? null) !== null;
  };
  const open = asked.filter((m) => !filled(m.field));
  const lost = gate.stage?.kind === "lost" && asked.length > 0 && !asked.some((m) => m.field === "lost_notes");
  const submit = (event: SyntheticEvent) => {
    event.preventDefault();
    setTried(true);
    const since: Extra = ticked.version === undefined ? {} : { version: ticked.version };
    if (open.length === 0) props.onSave({ ...sent(values, currency, custom), ...since });
  };
  return (
    <form
      noValidate
      onSubmit={submit}
      className="flex flex-col gap-2.5"
      onKeyDown={(e) => e.key === "Escape" && props.onPutBack()}
    >
      <p role="alert" className="-mx-3 flex gap-2 bg-warn-soft px-3 py-2 text-cell text-warn-text">
        <TriangleAlert className="mt-0.5 size-3.5 shrink-0" aria-hidden />
        <span>
          <strong className="font-semibold">{lacks.length > 0 ? "Not moved yet." : "Not moved."}</strong>{" "}
          {gate.why ? upper(gate.why) : `${gate.stage?.name ?? "It"} needs ${needs(asked.length, rest.length)}.`}
        </span>
      </p>
      {asked.map((m, i) => {
        const error = (tried && !filled(m.field)) || m.code === "rule_failed" ? m.message : undefined;
        const field = customOf(m.field);
        if (field) {
          return (
            <CustomInput
              key={m.field}
              field={field}
              value={custom[field.key]}
              error={error}
              autoFocus={i === 0}
              onChange={(value) => setCustom({ ...custom, [field.key]: value })}
            />
          );
        }
        return (
          <GateField
            key={m.field}
            missing={m}
            first={i === 0}
            error={error}
            value={values[m.field] ?? ""}
            onChange={(v) => setValues({ ...values, [m.field]: v })}
          />
        );
      })}
      {rest.length > 0 && <GateRest deal={gate.record.id} missing={rest} ticked={ticked} onTicked={setTicked} />}
      {lost && (
        <GateField
          missing={{ field: "lost_notes", code: "optional", message: "" }}
          first={false}
          error={undefined}
          value={values.lost_notes ?? ""}
          onChange={(v) => setValues({ ...values, lost_notes: v })}
        />
      )}
      <div className="flex gap-2">
        {lacks.length > 0 && (
          <Button
            type="submit"
            disabled={undone.some((m) => m.code === "checklist_open")}
            variant="primary"
            size="card"
            busy={props.busy && "Moving"}
            className="min-w-0 flex-1 px-1"
          >
            Save and move
          </Button>
        )}
        <Button size="card" className="px-2" autoFocus={lacks.length === 0} onClick={props.onPutBack}>
          Put back
        </Button>
      </div>
    </form>
  );
}
