import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { patch } from "@/api/client";
import { sentence } from "@/api/problem";
import { rolesQuery, teamsQuery, usersQuery } from "@/api/shared";
import type { Routine, RoutineAudience, RoutineSchedule } from "@/api/types";
import { Button } from "@/components/ui/button";
import { Checkbox } from "@/components/ui/checkbox";
import { Field } from "@/components/ui/field";
import { Input } from "@/components/ui/input";
import { Overlay } from "@/components/ui/overlay";
import { told } from "@/components/ui/toast";
import { DAYS } from "./words";

/** When a routine comes, whom it tells, and whether by mail too. */
export function Settings({ routine, onClose }: { routine: Routine; onClose: () => void }) {
  const client = useQueryClient();
  const [schedule, setSchedule] = useState(routine.schedule ?? null);
  const [audience, setAudience] = useState(routine.audience);
  const [byMail, setByMail] = useState(routine.by_mail);
  const save = useMutation({
    mutationFn: () =>
      patch("/routines/{kind}", {
        path: { kind: routine.kind },
        ifMatch: routine.version,
        body: { audience, by_mail: byMail, ...(schedule ? { schedule } : {}) },
      }),
    onSuccess: () => {
      told(`“${routine.name}” was changed`);
      onClose();
    },
    onSettled: () => client.invalidateQueries({ queryKey: ["routines"] }),
  });
  return (
    <Overlay
      open
      onOpenChange={(open) => !open && onClose()}
      title={routine.name}
      description={routine.about}
      footer={
        <>
          <Button onClick={onClose}>Cancel</Button>
          <Button variant="primary" busy={save.isPending && "Saving"} onClick={() => save.mutate()}>
            Save
          </Button>
        </>
      }
    >
      <div className="flex flex-col gap-4">
        {save.error && (
          <p role="alert" className="text-cell text-bad-text">
            {sentence(save.error)}
          </p>
        )}
        {schedule ? (
          <When schedule={schedule} onChange={setSchedule} />
        ) : (
          <p className="text-cell text-fg-2">{routine.event}</p>
        )}
        <Who audience={audience} onChange={setAudience} />
        <Tick label="Also by mail" on={byMail} onChange={setByMail} />
      </div>
    </Overlay>
  );
}

function Tick({ label, on, onChange }: { label: string; on: boolean; onChange: (on: boolean) => void }) {
  return (
    <label className="flex min-h-7 items-center gap-2 text-cell text-fg max-md:min-h-11">
      <Checkbox checked={on} onCheckedChange={(checked) => onChange(checked === true)} /> {label}
    </label>
  );
}

const toggled = <T,>(all: T[], one: T, on: boolean): T[] => (on ? [...all, one] : all.filter((other) => other !== one));

function When({ schedule, onChange }: { schedule: RoutineSchedule; onChange: (next: RoutineSchedule) => void }) {
  return (
    <fieldset className="flex flex-col gap-2">
      <legend className="pb-1 text-cell font-medium text-fg">When, where each person is</legend>
      <div className="w-32">
        <Field label="Time">
          {(w) => (
            <Input
              {...w}
              type="time"
              value={schedule.at}
              onChange={(e) => onChange({ ...schedule, at: e.target.value })}
            />
          )}
        </Field>
      </div>
      <div className="flex flex-wrap gap-x-3">
        {DAYS.map(([day, label]) => (
          <Tick
            key={day}
            label={label}
            on={schedule.days.includes(day)}
            onChange={(on) => onChange({ ...schedule, days: toggled(schedule.days, day, on) })}
          />
        ))}
      </div>
    </fieldset>
  );
}

function Who({ audience, onChange }: { audience: RoutineAudience; onChange: (next: RoutineAudience) => void }) {
  const roles = useQuery(rolesQuery()).data ?? [];
  const teams = useQuery(teamsQuery()).data ?? [];
  const users = (useQuery(usersQuery()).data ?? []).filter((user) => user.active);
  const groups = [
    ["Roles", "role_ids", roles],
    ["Teams, with those below them", "team_ids", teams],
    ["People", "user_ids", users],
  ] as const;
  return (
    <fieldset className="flex flex-col gap-2">
      <legend className="pb-1 text-cell font-medium text-fg">Whom it tells</legend>
      <Tick
        label="Everybody"
        on={audience.everyone ?? false}
        onChange={(everyone) => onChange({ ...audience, everyone })}
      />
      {!audience.everyone &&
        groups.map(([label, field, all]) => (
          <div key={field}>
            <p className="text-meta text-fg-3">{label}</p>
            <div className="flex max-h-36 scroll-thin flex-wrap gap-x-4 overflow-y-auto">
              {all.map((one) => (
                <Tick
                  key={one.id}
                  label={one.name}
                  on={(audience[field] ?? []).includes(one.id)}
                  onChange={(on) => onChange({ ...audience, [field]: toggled(audience[field] ?? [], one.id, on) })}
                />
              ))}
            </div>
          </div>
        ))}
    </fieldset>
  );
}
