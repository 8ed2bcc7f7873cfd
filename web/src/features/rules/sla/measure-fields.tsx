import type { SlaCalendar, SlaMeasure, SlaObject } from "@/api/types";
import { MEASURES } from "@/components/crm/sla-words";
import { Field } from "@/components/ui/field";
import { Input, Select } from "@/components/ui/input";
import { DurationInput } from "./duration";
import { Places } from "./places";
import { ResponseFields } from "./response-fields";
import type { Draft } from "./values";

/** What is measured, by when, by which calendar, and when it warns. */
export function MeasureFields(props: {
  draft: Draft;
  put: (part: Partial<Draft>) => void;
  /** Of a rule that is there the object and the measure stay. */
  fixed: boolean;
  errors: Partial<Record<keyof Draft, string>>;
  calendars: SlaCalendar[];
}) {
  const { draft, put, errors } = props;
  const day = props.calendars.find((c) => c.id === draft.calendar_id)?.day_minutes ?? 1440;
  return (
    <>
      <div className="grid gap-3 sm:grid-cols-2">
        <Field label="For">
          {(w) => (
            <Select
              {...w}
              disabled={props.fixed}
              value={draft.object}
              onChange={(e) => put({ object: e.target.value as SlaObject, places: [], pause_in: [] })}
            >
              <option value="lead">Leads</option>
              <option value="opportunity">Opportunities</option>
            </Select>
          )}
        </Field>
        <Field label="What is measured">
          {(w) => (
            <Select
              {...w}
              disabled={props.fixed}
              value={draft.measure}
              onChange={(e) => put({ measure: e.target.value as SlaMeasure })}
            >
              {Object.entries(MEASURES).map(([value, label]) => (
                <option key={value} value={value}>
                  {label}
                </option>
              ))}
            </Select>
          )}
        </Field>
      </div>
      {draft.measure === "first_response" && <ResponseFields draft={draft} put={put} error={errors.response_kinds} />}
      {draft.measure === "time_in_stage" && (
        <Places
          label={draft.object === "lead" ? "In these statuses" : "In these stages"}
          hint="None: in every one that is open."
          object={draft.object}
          chosen={draft.places}
          error={errors.places}
          onChange={(places) => put({ places })}
        />
      )}
      {draft.measure === "next_activity" && (
        <p className="text-meta text-fg-3">
          From the last activity on. Nothing is due while a task about the record is open.
        </p>
      )}
      <div className="grid gap-3 sm:grid-cols-2">
        <Field
          label="Target"
          required
          error={errors.target}
          hint={draft.target.unit === "days" ? `A working day has ${Math.round(day / 6) / 10} hours here.` : undefined}
        >
          {(w) => <DurationInput {...w} label="Target" value={draft.target} onChange={(target) => put({ target })} />}
        </Field>
        <Field label="Counted by" error={errors.calendar_id}>
          {(w) => (
            <Select
              {...w}
              value={draft.calendar_id ?? ""}
              onChange={(e) => put({ calendar_id: e.target.value === "" ? null : e.target.value })}
            >
              <option value="">Around the clock</option>
              {props.calendars.map((c) => (
                <option key={c.id} value={c.id}>
                  {c.name} ({c.effective_time_zone})
                </option>
              ))}
            </Select>
          )}
        </Field>
      </div>
      <Field
        label="Warn after percent of the target"
        error={errors.warn_percent}
        hint="Empty: it does not warn."
        className="max-w-56"
      >
        {(w) => (
          <Input
            {...w}
            type="number"
            min={1}
            max={99}
            className="w-24 tnum"
            value={draft.warn_percent ?? ""}
            onChange={(e) =>
              put({ warn_percent: Number.isNaN(e.target.valueAsNumber) ? null : e.target.valueAsNumber })
            }
          />
        )}
      </Field>
    </>
  );
}
