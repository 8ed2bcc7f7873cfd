/** How I want to hear of what. */
import { useSuspenseQuery } from "@tanstack/react-query";
import { useState } from "react";
import type { WorkingDay } from "@/api/types";
import { Button } from "@/components/ui/button";
import { Field } from "@/components/ui/field";
import { Input, Select } from "@/components/ui/input";
import { Card } from "@/components/ui/states";
import { dateTime } from "@/lib/format";
import { PushCard } from "@/components/crm/push/push-card";
import { pushQuery } from "@/components/crm/push/query";
import { KindGrid } from "./kind-grid";
import { choicesOf, preferencesQuery, usePreferences, type Choices } from "./preferences-query";

const DAYS: { id: WorkingDay; label: string }[] = [
  { id: "mon", label: "Monday" },
  { id: "tue", label: "Tuesday" },
  { id: "wed", label: "Wednesday" },
  { id: "thu", label: "Thursday" },
  { id: "fri", label: "Friday" },
  { id: "sat", label: "Saturday" },
  { id: "sun", label: "Sunday" },
];
const HOURS = Array.from({ length: 24 }, (_, hour) => hour);

type Change = (more: Partial<Choices>) => void;

export function Preferences() {
  const kept = useSuspenseQuery(preferencesQuery()).data;
  const silent = useSuspenseQuery(pushQuery()).data.items.length === 0;
  const [draft, setDraft] = useState<Choices>(() => choicesOf(kept));
  const { save, test, again } = usePreferences();
  const set: Change = (more) => setDraft((old) => ({ ...old, ...more }));
  return (
    <form
      className="flex flex-col gap-4"
      onSubmit={(e) => {
        e.preventDefault();
        save.mutate({ ...draft, version: kept.version });
      }}
    >
      {kept.bouncing_since && (
        <div
          role="alert"
          className="flex flex-wrap items-center gap-3 rounded-lg bg-bad-soft px-3 py-2 text-cell text-bad-text"
        >
          <p className="min-w-0 flex-1 basis-60">
            {kept.email} has refused letters since {dateTime(kept.bouncing_since)}, so none are sent to it.
          </p>
          <Button busy={again.isPending && "Trying"} onClick={() => again.mutate()}>
            Try again
          </Button>
        </div>
      )}
      <PushCard />
      <Card title="What you hear of">
        <KindGrid kinds={draft.kinds} silent={silent} onChange={(kinds) => set({ kinds })} />
      </Card>
      <Card title="When letters and devices’ notifications come">
        <div className="flex flex-col gap-4 p-4">
          <Quiet draft={draft} onChange={set} />
          <Digest draft={draft} onChange={set} />
          <p className="text-meta text-fg-3">
            Times are in {kept.time_zone.replaceAll("_", " ")}, as your profile says.
          </p>
        </div>
      </Card>
      <div className="flex flex-wrap items-center gap-3">
        <Button variant="primary" type="submit" busy={save.isPending && "Saving"}>
          Save preferences
        </Button>
        <Button busy={test.isPending && "Sending"} onClick={() => test.mutate()}>
          Send me a test letter
        </Button>
      </div>
    </form>
  );
}

function Quiet({ draft, onChange }: { draft: Choices; onChange: Change }) {
  return (
    <fieldset className="flex flex-col gap-2">
      <legend className="mb-2 text-cell font-medium text-fg">
        Quiet hours: letters wait until they are over, and so do browsers
      </legend>
      <div className="flex flex-wrap gap-x-4 gap-y-2">
        {DAYS.map(({ id, label }) => (
          <label key={id} className="flex items-center gap-1.5 text-cell text-fg-2 pointer-coarse:min-h-11">
            <input
              type="checkbox"
              className="size-4 accent-accent"
              checked={draft.quiet_days.includes(id)}
              onChange={(e) =>
                onChange({
                  quiet_days: e.target.checked
                    ? [...draft.quiet_days, id]
                    : draft.quiet_days.filter((day) => day !== id),
                })
              }
            />
            {label}
          </label>
        ))}
      </div>
      <div className="grid max-w-xs grid-cols-2 gap-3">
        <Field label="From">
          {(w) => (
            <Input
              {...w}
              type="time"
              required
              value={draft.quiet_from}
              onChange={(e) => onChange({ quiet_from: e.target.value })}
            />
          )}
        </Field>
        <Field label="Until" hint="Of the next day, when earlier">
          {(w) => (
            <Input
              {...w}
              type="time"
              required
              value={draft.quiet_until}
              onChange={(e) => onChange({ quiet_until: e.target.value })}
            />
          )}
        </Field>
      </div>
    </fieldset>
  );
}

function Digest({ draft, onChange }: { draft: Choices; onChange: Change }) {
  return (
    <div className="grid max-w-md grid-cols-2 gap-3">
      <Field label="Digests come at">
        {(w) => (
          <Select {...w} value={draft.digest_hour} onChange={(e) => onChange({ digest_hour: Number(e.target.value) })}>
            {HOURS.map((hour) => (
              <option key={hour} value={hour}>
                {`${String(hour).padStart(2, "0")}:00`}
              </option>
            ))}
          </Select>
        )}
      </Field>
      <Field label="Weekly ones on">
        {(w) => (
          <Select
            {...w}
            value={draft.digest_day}
            onChange={(e) => onChange({ digest_day: e.target.value as WorkingDay })}
          >
            {DAYS.map(({ id, label }) => (
              <option key={id} value={id}>
                {label}
              </option>
            ))}
          </Select>
        )}
      </Field>
    </div>
  );
}
