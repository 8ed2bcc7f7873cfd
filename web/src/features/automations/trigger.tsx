import { useQuery } from "@tanstack/react-query";
import type { AutomationMoment } from "@/api/types";
import { fieldLabel, vocabularyQuery } from "@/components/crm/expression/query";
import { Checkbox } from "@/components/ui/checkbox";
import { Field } from "@/components/ui/field";
import { Input, Select } from "@/components/ui/input";
import { Card } from "@/components/ui/states";
import { MOMENTS, NOUNS, type Definition, type Timing } from "./model";
import { momentsQuery } from "./queries";

const DAYS = [
  ["mon", "Mon"],
  ["tue", "Tue"],
  ["wed", "Wed"],
  ["thu", "Thu"],
  ["fri", "Fri"],
  ["sat", "Sat"],
  ["sun", "Sun"],
] as const;

const MORNING: Timing = {
  on: "schedule",
  at: "08:00",
  days: [],
  month_days: [],
  time_zone: Intl.DateTimeFormat().resolvedOptions().timeZone,
};

/** What sets it off: something that happens, or a time that comes. */
export function TriggerCard(props: { definition: Definition; onChange: (d: Definition) => void }) {
  const { definition: d, onChange } = props;
  const scheduled = d.trigger.on === "schedule";
  return (
    <Card title="When">
      <div className="flex flex-col gap-3 px-4 py-3">
        <div role="radiogroup" aria-label="What sets it off" className="flex flex-wrap gap-4 text-cell">
          {(["event", "schedule"] as const).map((on) => (
            <label key={on} className="flex min-h-7 items-center gap-2 pointer-coarse:min-h-11">
              <input
                type="radio"
                name="trigger"
                checked={d.trigger.on === on}
                onChange={() =>
                  onChange({ ...d, trigger: on === "event" ? { on, moments: ["created"], fields: [] } : MORNING })
                }
              />
              {on === "event" ? "Something happens" : "A time comes"}
            </label>
          ))}
        </div>
        {scheduled ? <TimingForm {...props} /> : <Moments {...props} />}
      </div>
    </Card>
  );
}

function Moments({ definition: d, onChange }: { definition: Definition; onChange: (d: Definition) => void }) {
  const known = useQuery(momentsQuery()).data?.find((v) => v.object === d.object)?.moments ?? [];
  const fields = useQuery(vocabularyQuery(d.object)).data?.fields ?? [];
  if (d.trigger.on !== "event") return null;
  const { moments, fields: watched = [] } = d.trigger;
  const toggle = (moment: AutomationMoment, on: boolean) =>
    onChange({
      ...d,
      trigger: {
        on: "event",
        fields: watched,
        moments: known.filter((m) => (m === moment ? on : moments.includes(m))),
      },
    });
  return (
    <>
      <fieldset className="grid grid-cols-[repeat(auto-fill,minmax(210px,1fr))] gap-x-4 gap-y-1 text-cell">
        <legend className="mb-1 text-meta font-medium text-fg-2">A {NOUNS[d.object]}…</legend>
        {known.map((moment) => (
          <label key={moment} className="flex min-h-7 items-center gap-2 pointer-coarse:min-h-11">
            <Checkbox checked={moments.includes(moment)} onCheckedChange={(on) => toggle(moment, on === true)} />
            {MOMENTS[moment]}
          </label>
        ))}
      </fieldset>
      {moments.includes("changed") && (
        <Field label="Only when one of these changes" hint="Any field when none is chosen.">
          {(w) => (
            <select
              {...w}
              multiple
              size={4}
              className="w-full max-w-sm rounded-md border border-line-strong bg-surface p-1 text-cell text-fg"
              value={watched}
              onChange={(e) =>
                onChange({
                  ...d,
                  trigger: { on: "event", moments, fields: Array.from(e.target.selectedOptions, (o) => o.value) },
                })
              }
            >
              {fields.map((f) => (
                <option key={f} value={f}>
                  {fieldLabel(f)}
                </option>
              ))}
            </select>
          )}
        </Field>
      )}
      <label className="flex min-h-7 items-center gap-2 text-cell pointer-coarse:min-h-11">
        <Checkbox
          checked={d.with_imports ?? false}
          onCheckedChange={(on) => onChange({ ...d, with_imports: on === true })}
        />
        Also what an import brings
      </label>
    </>
  );
}

function TimingForm({ definition: d, onChange }: { definition: Definition; onChange: (d: Definition) => void }) {
  if (d.trigger.on !== "schedule") return null;
  const t = d.trigger;
  const set = (more: Partial<Timing>) => onChange({ ...d, trigger: { ...t, ...more } });
  const days = t.days ?? [];
  return (
    <div className="flex flex-col gap-3">
      <div className="grid gap-3 sm:grid-cols-[110px_1fr_1fr]">
        <Field label="At">
          {(w) => <Input {...w} type="time" value={t.at} onChange={(e) => set({ at: e.target.value })} />}
        </Field>
        <Field label="Time zone">
          {(w) => (
            <Select {...w} value={t.time_zone} onChange={(e) => set({ time_zone: e.target.value })}>
              {["UTC", ...Intl.supportedValuesOf("timeZone").filter((z) => z !== "UTC")].map((z) => (
                <option key={z}>{z}</option>
              ))}
            </Select>
          )}
        </Field>
        <Field label="Days of the month" hint="Such as 1, 15. 31 is the last.">
          {(w) => (
            <Input
              {...w}
              inputMode="numeric"
              defaultValue={(t.month_days ?? []).join(", ")}
              onChange={(e) =>
                set({
                  month_days: e.target.value
                    .split(/[\s,;]+/)
                    .map(Number)
                    .filter((n) => n >= 1 && n <= 31),
                })
              }
            />
          )}
        </Field>
      </div>
      <fieldset className="flex flex-wrap gap-x-4 gap-y-1 text-cell">
        <legend className="mb-1 text-meta font-medium text-fg-2">Days of the week</legend>
        {DAYS.map(([day, label]) => (
          <label key={day} className="flex min-h-7 items-center gap-2 pointer-coarse:min-h-11">
            <Checkbox
              checked={days.includes(day)}
              onCheckedChange={(on) =>
                set({ days: DAYS.map(([x]) => x).filter((x) => (x === day ? on === true : days.includes(x))) })
              }
            />
            {label}
          </label>
        ))}
      </fieldset>
      <p className="text-meta text-fg-3">
        It looks at each {NOUNS[d.object]} that it sees, and runs for those that meet the condition.
      </p>
    </div>
  );
}
