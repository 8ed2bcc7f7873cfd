import { useQuery } from "@tanstack/react-query";
import { TriangleAlert } from "lucide-react";
import { useState, type SyntheticEvent } from "react";
import { customFieldsQuery, useMe } from "@/api/shared";
import { CustomInput, type CustomValues } from "@/components/crm/custom-inputs";
import { Button } from "@/components/ui/button";
import { plural } from "@/lib/format";
import { GateField, sent } from "./gate-field";
import type { Extra, Gate } from "./use-move";

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
  const asked =
    gate.missing.length > 0 || gate.why
      ? gate.missing
      : [{ field: "lost_reason_id", code: "required", message: "Say why." }];
  const filled = (field: string) => {
    const key = customOf(field)?.key;
    return key === undefined ? Boolean(values[field]) : (custom[key] ?? null) !== null;
  };
  const open = asked.filter((m) => !filled(m.field));
  const lost = gate.stage?.kind === "lost" && asked.length > 0 && !asked.some((m) => m.field === "lost_notes");
  const submit = (event: SyntheticEvent) => {
    event.preventDefault();
    setTried(true);
    if (open.length === 0) props.onSave(sent(values, currency, custom));
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
          <strong className="font-semibold">{asked.length > 0 ? "Not moved yet." : "Not moved."}</strong>{" "}
          {gate.why ? upper(gate.why) : `${gate.stage?.name ?? "It"} needs ${plural(asked.length, "more field")}.`}
        </span>
      </p>
      {asked.map((m, i) => {
        const error = tried && !filled(m.field) ? m.message : undefined;
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
        {asked.length > 0 && (
          <Button
            type="submit"
            variant="primary"
            size="card"
            busy={props.busy && "Moving"}
            className="min-w-0 flex-1 px-1"
          >
            Save and move
          </Button>
        )}
        <Button size="card" className="px-2" autoFocus={asked.length === 0} onClick={props.onPutBack}>
          Put back
        </Button>
      </div>
    </form>
  );
}
