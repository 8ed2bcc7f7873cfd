import { useQuery } from "@tanstack/react-query";
import { Plus, X } from "lucide-react";
import { useState } from "react";
import type { Stage } from "@/api/types";
import { Button } from "@/components/ui/button";
import { Checkbox } from "@/components/ui/checkbox";
import { Select } from "@/components/ui/input";
import { Card } from "@/components/ui/states";
import type { Definition } from "./model";
import { rolesQuery } from "./queries";

interface Props {
  definition: Definition;
  stages: Stage[];
  onChange: (definition: Definition) => void;
}

/** Which ways there are: the presets, what is said of single ones, and where deals begin. */
export function Policy({ definition: d, stages, onChange }: Props) {
  const flags = [
    { key: "no_skip", label: "One stage at a time", hint: "A deal is won from the last open stage." },
    { key: "no_backward", label: "Never back", hint: "An open deal does not go to an earlier stage." },
    { key: "only_listed", label: "Only the transitions listed below", hint: "Nothing else goes." },
  ] as const;
  const toggle = (id: string, on: boolean) =>
    onChange({ ...d, begin: on ? [...d.begin, id] : d.begin.filter((s) => s !== id) });
  return (
    <Card title="Ways">
      <div className="flex flex-col gap-3 px-4 py-3">
        <div className="flex flex-col gap-1">
          {flags.map((flag) => (
            <Flag
              key={flag.key}
              label={flag.label}
              hint={flag.hint}
              on={d[flag.key]}
              onChange={(on) => onChange({ ...d, [flag.key]: on })}
            />
          ))}
          <Flag
            label="Closed deals may be opened again"
            hint="Or closed otherwise."
            on={d.reopening.allowed}
            onChange={(allowed) => onChange({ ...d, reopening: { ...d.reopening, allowed } })}
          />
          {d.reopening.allowed && (
            <Roles
              label="Who may open closed deals again"
              value={d.reopening.roles}
              onChange={(roles) => onChange({ ...d, reopening: { ...d.reopening, roles } })}
            />
          )}
        </div>
        <Transitions definition={d} stages={stages} onChange={onChange} />
        <fieldset>
          <legend className="mb-1 text-meta font-medium text-fg-2">
            New deals begin in {d.begin.length === 0 && <span className="font-normal text-fg-3">any stage</span>}
          </legend>
          <div className="flex flex-wrap gap-x-4">
            {stages.map((s) => (
              <label key={s.id} className="flex min-h-7 items-center gap-2 text-cell pointer-coarse:min-h-11">
                <Checkbox checked={d.begin.includes(s.id)} onCheckedChange={(on) => toggle(s.id, on === true)} />
                {s.name}
              </label>
            ))}
          </div>
        </fieldset>
      </div>
    </Card>
  );
}

function Flag(props: { label: string; hint: string; on: boolean; onChange: (on: boolean) => void }) {
  return (
    <label className="flex min-h-7 items-center gap-2 text-cell pointer-coarse:min-h-11">
      <Checkbox checked={props.on} onCheckedChange={(on) => props.onChange(on === true)} />
      <span>
        {props.label} <span className="text-fg-3 max-md:hidden">· {props.hint}</span>
      </span>
    </label>
  );
}

/** Ways that are decided one by one, whatever the presets say. */
function Transitions({ definition: d, stages, onChange }: Props) {
  const [from, setFrom] = useState("");
  const [to, setTo] = useState("");
  const name = (id: string) => stages.find((s) => s.id === id)?.name ?? "a stage that is gone";
  const there = d.transitions.some((e) => e.from === from && e.to === to);
  const set = (transitions: Definition["transitions"]) => onChange({ ...d, transitions });
  const options = stages.map((s) => (
    <option key={s.id} value={s.id}>
      {s.name}
    </option>
  ));
  return (
    <fieldset className="flex flex-col gap-1">
      <legend className="mb-1 text-meta font-medium text-fg-2">Listed transitions</legend>
      <ul aria-label="Listed transitions">
        {d.transitions.map((e, i) => (
          <li key={`${e.from}-${e.to}`} className="border-t border-line py-1">
            <div className="flex min-h-8 items-center gap-2 text-cell">
              <span className="min-w-0 flex-1">
                {name(e.from)} → {name(e.to)}
              </span>
              <Button
                variant="quiet"
                size="icon"
                aria-label={`Remove ${name(e.from)} to ${name(e.to)}`}
                onClick={() => set(d.transitions.filter((_, n) => n !== i))}
              >
                <X />
              </Button>
            </div>
            <Roles
              label={`Who may move from ${name(e.from)} to ${name(e.to)}`}
              value={e.roles}
              onChange={(roles) => set(d.transitions.map((o, n) => (n === i ? { ...o, roles } : o)))}
            />
          </li>
        ))}
      </ul>
      <div className="flex flex-wrap items-center gap-2">
        <Select aria-label="From" className="w-40" value={from} onChange={(e) => setFrom(e.target.value)}>
          <option value="">From…</option>
          {options}
        </Select>
        <Select aria-label="To" className="w-40" value={to} onChange={(e) => setTo(e.target.value)}>
          <option value="">To…</option>
          {options}
        </Select>
        <Button
          disabled={!from || !to || from === to || there}
          onClick={() => set([...d.transitions, { from, to, roles: [] }])}
        >
          <Plus /> Add transition
        </Button>
      </div>
    </fieldset>
  );
}

/** Roles that may; everyone when none is ticked. */
function Roles(props: { label: string; value: string[]; onChange: (roles: string[]) => void }) {
  const roles = useQuery(rolesQuery()).data ?? [];
  return (
    <details className="text-cell">
      <summary className="cursor-pointer text-meta text-fg-3">
        {props.value.length === 0
          ? "Everyone"
          : roles
              .filter((r) => props.value.includes(r.id))
              .map((r) => r.name)
              .join(", ")}
      </summary>
      <fieldset className="flex flex-wrap gap-x-4 pt-1">
        <legend className="sr-only">{props.label}</legend>
        {roles.map((r) => (
          <label key={r.id} className="flex min-h-7 items-center gap-2 pointer-coarse:min-h-11">
            <Checkbox
              checked={props.value.includes(r.id)}
              onCheckedChange={(on) =>
                props.onChange(on ? [...props.value, r.id] : props.value.filter((x) => x !== r.id))
              }
            />
            {r.name}
          </label>
        ))}
      </fieldset>
    </details>
  );
}
