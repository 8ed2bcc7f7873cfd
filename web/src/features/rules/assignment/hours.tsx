import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { put } from "@/api/client";
import { sentence } from "@/api/problem";
import type { WorkingDay, WorkingHours } from "@/api/types";
import { Badge } from "@/components/ui/badge";
import { Button } from "@/components/ui/button";
import { Checkbox } from "@/components/ui/checkbox";
import { Input } from "@/components/ui/input";
import { Person } from "@/components/ui/marks";
import { Card, SkeletonRows } from "@/components/ui/states";
import { failed, told } from "@/components/ui/toast";
import { workingHoursQuery } from "./queries";
import { DAYS } from "./words";

/** So many people are listed; the rest is found by name. */
const SHOWN = 30;

/** When people work, for the rules that ask. */
export function Hours() {
  const hours = useQuery(workingHoursQuery());
  const [text, setText] = useState("");
  const wanted = text.trim().toLowerCase();
  const found = (hours.data ?? []).filter((h) => h.name.toLowerCase().includes(wanted));
  return (
    <Card title="Working hours">
      <div className="flex flex-col gap-2 px-4 py-3">
        <p className="text-cell text-fg-3">
          In each person’s own time zone. Who has said nothing works Monday to Friday, nine to five.
        </p>
        <Input
          aria-label="Find a person"
          placeholder="Find a person"
          value={text}
          className="max-w-xs"
          onChange={(e) => setText(e.target.value)}
        />
        {hours.isLoading && <SkeletonRows rows={4} />}
        <ul aria-label="Working hours">
          {found.slice(0, SHOWN).map((h) => (
            <Row key={`${h.user_id}-${h.version}`} hours={h} />
          ))}
        </ul>
        {found.length > SHOWN && <p className="text-meta text-fg-3">The first {SHOWN} are listed.</p>}
      </div>
    </Card>
  );
}

function Row({ hours }: { hours: WorkingHours }) {
  const client = useQueryClient();
  const [days, setDays] = useState(hours.days);
  const [starts, setStarts] = useState(hours.starts);
  const [ends, setEnds] = useState(hours.ends);
  const dirty =
    starts !== hours.starts || ends !== hours.ends || DAYS.some(([d]) => days.includes(d) !== hours.days.includes(d));
  const save = useMutation({
    mutationFn: () =>
      put("/working-hours/{id}", {
        path: { id: hours.user_id },
        ifMatch: hours.version,
        body: { days, starts, ends },
      }),
    onSuccess: () => told(`Saved the hours of ${hours.name}`),
    onError: (error) => failed("The hours were not saved", sentence(error)),
    onSettled: () => client.invalidateQueries({ queryKey: workingHoursQuery().queryKey }),
  });
  const toggle = (day: WorkingDay, on: boolean) => setDays(on ? [...days, day] : days.filter((d) => d !== day));
  return (
    <li className="flex flex-wrap items-center gap-x-4 gap-y-2 border-b border-line py-2 text-cell last:border-b-0">
      <div className="min-w-0 flex-1 basis-48">
        <p className="flex flex-wrap items-center gap-2">
          <Person person={{ id: hours.user_id, name: hours.name }} />
          {hours.at_work && <Badge kind="ok">At work</Badge>}
        </p>
        <p className="text-meta text-fg-3">{hours.time_zone}</p>
      </div>
      <fieldset className="flex flex-wrap gap-x-2 gap-y-1">
        <legend className="sr-only">Days of {hours.name}</legend>
        {DAYS.map(([day, label]) => (
          <label key={day} className="flex items-center gap-1 text-meta text-fg-2 max-md:min-h-11">
            <Checkbox checked={days.includes(day)} onCheckedChange={(on) => toggle(day, on === true)} /> {label}
          </label>
        ))}
      </fieldset>
      <div className="flex items-center gap-1">
        <Input
          aria-label={`${hours.name} begins at`}
          value={starts}
          className="w-20 tnum"
          onChange={(e) => setStarts(e.target.value)}
        />
        <span className="text-fg-3">to</span>
        <Input
          aria-label={`${hours.name} ends at`}
          value={ends}
          className="w-20 tnum"
          onChange={(e) => setEnds(e.target.value)}
        />
        <Button
          type="button"
          aria-label={`Save the hours of ${hours.name}`}
          disabled={!dirty}
          busy={save.isPending && "Saving"}
          onClick={() => save.mutate()}
        >
          Save
        </Button>
      </div>
    </li>
  );
}
