import { useQueryClient } from "@tanstack/react-query";
import { useState, type SyntheticEvent } from "react";
import { patch, post, remove } from "@/api/client";
import type { SlaCalendar, SlaHoliday } from "@/api/types";
import { DeleteButton } from "@/components/crm/delete-button";
import { useLanding } from "@/components/crm/form-errors";
import { slaCalendarsQuery } from "@/components/crm/sla-calendars";
import { Button } from "@/components/ui/button";
import { Field } from "@/components/ui/field";
import { Input } from "@/components/ui/input";
import { Overlay } from "@/components/ui/overlay";
import { Holidays } from "./holidays";
import { DAYS, hoursText, readHours, type DayName } from "./hours";

type Week = Record<DayName, string>;
const USUAL = "09:00–17:00";

function weekOf(calendar: SlaCalendar | null): Week {
  const text = (day: DayName): string => {
    if (calendar) return hoursText(calendar.week[day] ?? []);
    return day === "sat" || day === "sun" ? "" : USUAL;
  };
  return Object.fromEntries(DAYS.map(([day]) => [day, text(day)])) as Week;
}

const LANDS = { name: "name", time_zone: "zone", week: "week", holidays: "holidays" } as const;

export function CalendarForm({ calendar, onClose }: { calendar: SlaCalendar | null; onClose: () => void }) {
  const client = useQueryClient();
  const [name, setName] = useState(calendar?.name ?? "");
  const [zone, setZone] = useState(calendar?.time_zone ?? "");
  const [week, setWeek] = useState(() => weekOf(calendar));
  const [holidays, setHolidays] = useState<SlaHoliday[]>(calendar?.holidays ?? []);
  const [busy, setBusy] = useState(false);
  const { errors, above, check, land } = useLanding<"name" | "zone" | "week" | "holidays">(LANDS);
  const refresh = () =>
    Promise.all(["sla-calendars", "sla-rules"].map((key) => client.invalidateQueries({ queryKey: [key] })));
  const submit = async (event: SyntheticEvent) => {
    event.preventDefault();
    const read = DAYS.map(([day]) => [day, readHours(week[day])] as const);
    const wrong = DAYS.filter((_, n) => read[n]?.[1] === null).map(([, label]) => label);
    if (
      !check({
        ...(name.trim() ? {} : { name: "Name the calendar." }),
        ...(wrong.length > 0 ? { week: `Hours such as 09:00–17:00: ${wrong.join(", ")}.` } : {}),
        ...(holidays.some((h) => !h.date || !h.name.trim()) ? { holidays: "Each holiday has a day and a name." } : {}),
      })
    )
      return;
    setBusy(true);
    const body = { name: name.trim(), time_zone: zone.trim() || null, week: Object.fromEntries(read), holidays };
    try {
      if (calendar) await patch("/sla-calendars/{id}", { path: { id: calendar.id }, ifMatch: calendar.version, body });
      else await post("/sla-calendars", { body });
      await refresh();
      onClose();
    } catch (error) {
      land(error);
      setBusy(false);
    }
  };
  return (
    <Overlay
      open
      shape="wide"
      onOpenChange={(open) => !open && onClose()}
      title={calendar ? `Edit ${calendar.name}` : "New working calendar"}
      footer={
        <>
          {calendar && calendar.used_by === 0 && (
            <DeleteButton
              noun="calendar"
              name={calendar.name}
              description="No rule counts by it."
              run={() => remove("/sla-calendars/{id}", { path: { id: calendar.id }, ifMatch: calendar.version })}
              leave={async () => {
                onClose();
                await client.invalidateQueries({ queryKey: slaCalendarsQuery().queryKey });
              }}
            />
          )}
          <Button onClick={onClose}>Cancel</Button>
          <Button variant="primary" type="submit" form="sla-calendar" busy={busy && "Saving"}>
            {calendar ? "Save calendar" : "Add calendar"}
          </Button>
        </>
      }
    >
      <form id="sla-calendar" noValidate className="flex flex-col gap-4" onSubmit={(e) => void submit(e)}>
        {above && (
          <p role="alert" className="text-cell text-bad-text">
            {above}
          </p>
        )}
        <div className="grid gap-3 sm:grid-cols-2">
          <Field label="Name" required error={errors.name}>
            {(w) => <Input {...w} autoFocus value={name} maxLength={200} onChange={(e) => setName(e.target.value)} />}
          </Field>
          <Field label="Time zone" error={errors.zone} hint="Such as Europe/Berlin. Empty: the organisation’s.">
            {(w) => <Input {...w} value={zone} onChange={(e) => setZone(e.target.value)} />}
          </Field>
        </div>
        <fieldset>
          <legend className="mb-1 text-meta font-medium text-fg-2">Working hours</legend>
          <p className="mb-2 text-meta text-fg-3">With a break: 09:00–12:00, 13:00–17:00. Empty: free.</p>
          {errors.week && (
            <p role="alert" className="mb-2 text-meta text-bad-text">
              {errors.week}
            </p>
          )}
          <div className="grid gap-2 sm:grid-cols-2">
            {DAYS.map(([day, label]) => (
              <label key={day} className="flex items-center gap-2 text-cell text-fg-2">
                <span className="w-10">{label}</span>
                <Input
                  className="tnum"
                  value={week[day]}
                  onChange={(e) => setWeek({ ...week, [day]: e.target.value })}
                />
              </label>
            ))}
          </div>
        </fieldset>
        <Holidays holidays={holidays} error={errors.holidays} onChange={setHolidays} />
      </form>
    </Overlay>
  );
}
