import { Plus, X } from "lucide-react";
import type { SlaHoliday } from "@/api/types";
import { Button } from "@/components/ui/button";
import { Input } from "@/components/ui/input";
import { hoursText, readHours } from "./hours";

/** Days that are not as their day of the week is. */
export function Holidays(props: {
  holidays: SlaHoliday[];
  error: string | undefined;
  onChange: (holidays: SlaHoliday[]) => void;
}) {
  const { holidays, onChange } = props;
  const set = (at: number, part: Partial<SlaHoliday>) =>
    onChange(holidays.map((h, n) => (n === at ? { ...h, ...part } : h)));
  return (
    <fieldset>
      <legend className="mb-1 text-meta font-medium text-fg-2">Holidays</legend>
      {props.error && (
        <p role="alert" className="mb-2 text-meta text-bad-text">
          {props.error}
        </p>
      )}
      <ul className="flex flex-col gap-2">
        {holidays.map((h, at) => (
          <li key={at} className="flex flex-wrap items-center gap-2">
            <Input
              type="date"
              aria-label={`Day of holiday ${at + 1}`}
              className="w-40 tnum"
              value={h.date}
              onChange={(e) => set(at, { date: e.target.value })}
            />
            <Input
              aria-label={`Name of holiday ${at + 1}`}
              placeholder="New Year"
              className="flex-1 basis-40"
              maxLength={200}
              value={h.name}
              onChange={(e) => set(at, { name: e.target.value })}
            />
            <Input
              aria-label={`Hours worked on holiday ${at + 1}`}
              placeholder="free"
              className="w-40 tnum"
              defaultValue={hoursText(h.hours ?? [])}
              onBlur={(e) => set(at, { hours: readHours(e.target.value) ?? [] })}
            />
            <Button
              variant="quiet"
              size="icon"
              aria-label={`Remove holiday ${at + 1}`}
              onClick={() => onChange(holidays.filter((_, n) => n !== at))}
            >
              <X />
            </Button>
          </li>
        ))}
      </ul>
      <Button className="mt-2" onClick={() => onChange([...holidays, { date: "", name: "", hours: [] }])}>
        <Plus /> Add a holiday
      </Button>
    </fieldset>
  );
}
