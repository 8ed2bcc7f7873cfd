import { useSuspenseQuery } from "@tanstack/react-query";
import { CalendarClock, Plus } from "lucide-react";
import { useState } from "react";
import { useMay } from "@/api/shared";
import type { SlaCalendar } from "@/api/types";
import { slaCalendarsQuery } from "@/components/crm/sla-calendars";
import { Badge } from "@/components/ui/badge";
import { Button } from "@/components/ui/button";
import { Empty } from "@/components/ui/states";
import { date, plural, today } from "@/lib/format";
import { loadable } from "@/lib/loadable";
import { DAYS, hoursWords } from "./hours";

const CalendarForm = loadable(() => import("./calendar-form").then((m) => m.CalendarForm));

export function SlaCalendars() {
  const calendars = useSuspenseQuery(slaCalendarsQuery()).data;
  const may = useMay("sla_rule", "update");
  const [open, setOpen] = useState<SlaCalendar | "new" | null>(null);
  return (
    <div className="flex max-w-4xl flex-col gap-4 px-4 py-4 md:px-5">
      <header className="flex flex-wrap items-start gap-3">
        <div className="min-w-0 flex-1 basis-64">
          <h1 className="text-title text-fg">Working calendars</h1>
          <p className="text-cell text-fg-3">Working hours and holidays that service levels count by.</p>
        </div>
        {may && (
          <Button variant="primary" onClick={() => setOpen("new")}>
            <Plus /> New calendar
          </Button>
        )}
      </header>
      {calendars.length === 0 ? (
        <Empty icon={CalendarClock} title="No calendars">
          Service levels count around the clock without one.
        </Empty>
      ) : (
        <ul className="flex flex-col gap-3">
          {calendars.map((c) => (
            <Calendar key={c.id} calendar={c} onEdit={may ? () => setOpen(c) : null} />
          ))}
        </ul>
      )}
      {open && (
        <CalendarForm
          key={open === "new" ? "new" : open.id}
          calendar={open === "new" ? null : open}
          onClose={() => setOpen(null)}
        />
      )}
    </div>
  );
}

function Calendar({ calendar, onEdit }: { calendar: SlaCalendar; onEdit: (() => void) | null }) {
  const next = calendar.holidays.filter((h) => h.date >= today()).slice(0, 3);
  return (
    <li className="rounded-xl border border-line-strong bg-surface px-4 py-3 text-cell">
      <div className="flex flex-wrap items-center gap-2">
        <h2 className="min-w-0 flex-1 text-section break-words text-fg">{calendar.name}</h2>
        {calendar.used_by > 0 && <Badge>{plural(calendar.used_by, "rule")}</Badge>}
        {onEdit && (
          <Button size="card" aria-label={`Edit ${calendar.name}`} onClick={onEdit}>
            Edit
          </Button>
        )}
      </div>
      <p className="text-meta text-fg-3">
        {calendar.effective_time_zone}
        {calendar.time_zone ? "" : ", the organisation’s"}
      </p>
      <dl className="mt-2 grid gap-x-6 gap-y-0.5 sm:grid-cols-2">
        {DAYS.map(([day, label]) => (
          <div key={day} className="flex gap-2">
            <dt className="w-10 text-fg-3">{label}</dt>
            <dd className="text-fg tnum">{hoursWords(calendar.week[day] ?? [])}</dd>
          </div>
        ))}
      </dl>
      <p className="mt-2 text-meta text-fg-3">
        {calendar.holidays.length === 0
          ? "No holidays"
          : `${plural(calendar.holidays.length, "holiday")}${next.length > 0 ? `; next: ${next.map((h) => `${h.name}, ${date(h.date)}`).join("; ")}` : ""}`}
      </p>
    </li>
  );
}
