import { queryOptions, useMutation, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { get, put } from "@/api/client";
import { isApiError, sentence } from "@/api/problem";
import type { WorkingDay, WorkingHours } from "@/api/types";
import { Badge } from "@/components/ui/badge";
import { Button } from "@/components/ui/button";
import { Checkbox } from "@/components/ui/checkbox";
import { Input } from "@/components/ui/input";
import { Person } from "@/components/ui/marks";
import { failed, told } from "@/components/ui/toast";

export const workingHoursQuery = () =>
  queryOptions({ queryKey: ["working-hours"], queryFn: async () => (await get("/working-hours")).items });

const DAYS: [WorkingDay, string][] = [
  ["mon", "Mon"],
  ["tue", "Tue"],
  ["wed", "Wed"],
  ["thu", "Thu"],
  ["fri", "Fri"],
  ["sat", "Sat"],
  ["sun", "Sun"],
];

/** When somebody works, to be changed in place. */
export function HoursRow({ hours }: { hours: WorkingHours }) {
  const client = useQueryClient();
  // What was typed stands over what is saved, and stays when that turns out to have moved on.
  const [typed, setTyped] = useState<Partial<Pick<WorkingHours, "days" | "starts" | "ends">>>({});
  const { days, starts, ends } = { ...hours, ...typed };
  const dirty =
    starts !== hours.starts || ends !== hours.ends || DAYS.some(([d]) => days.includes(d) !== hours.days.includes(d));
  const refresh = () => client.invalidateQueries({ queryKey: workingHoursQuery().queryKey });
  const save = useMutation({
    mutationFn: () =>
      put("/working-hours/{id}", {
        path: { id: hours.user_id },
        ifMatch: hours.version,
        body: { days, starts, ends },
      }),
    onSuccess: async () => {
      await refresh();
      setTyped({});
      told(`Saved the hours of ${hours.name}`);
    },
    onError: async (error) => {
      await refresh();
      if (isApiError(error, "version_conflict"))
        failed("The hours were not saved", "Someone changed them meanwhile. Look again, and save once more.");
      else failed("The hours were not saved", sentence(error));
    },
  });
  const toggle = (day: WorkingDay, on: boolean) =>
    setTyped({ ...typed, days: on ? [...days, day] : days.filter((d) => d !== day) });
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
          onChange={(e) => setTyped({ ...typed, starts: e.target.value })}
        />
        <span className="text-fg-3">to</span>
        <Input
          aria-label={`${hours.name} ends at`}
          value={ends}
          className="w-20 tnum"
          onChange={(e) => setTyped({ ...typed, ends: e.target.value })}
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
