import { useQuery } from "@tanstack/react-query";
import { X } from "lucide-react";
import { teamsQuery, usersQuery } from "@/api/shared";
import { Button } from "@/components/ui/button";
import { Select } from "@/components/ui/input";
import type { StepOf } from "./model";

type Receiver = StepOf<"notify">["to"][number];

const keyOf = (r: Receiver): string => (r.who === "owner" ? "owner" : `${r.who}:${r.id}`);

function read(key: string): Receiver {
  const [who = "", id = ""] = key.split(":");
  return who === "person" ? { who, id } : who === "team" ? { who, id } : { who: "owner" };
}

/** Whom to tell: the owner, people, teams. */
export function Receivers(props: { n: number; value: Receiver[]; onChange: (value: Receiver[]) => void }) {
  const { value, onChange } = props;
  const people = useQuery(usersQuery()).data?.filter((u) => u.active) ?? [];
  const teams = useQuery(teamsQuery()).data ?? [];
  const chosen = value.map(keyOf);
  const choices: [key: string, label: string][] = [
    ["owner", "The owner"],
    ...people.map((p): [string, string] => [`person:${p.id}`, p.name]),
    ...teams.map((t): [string, string] => [`team:${t.id}`, `Team ${t.name}`]),
  ];
  const nameOf = (key: string) => choices.find(([k]) => k === key)?.[1] ?? "Somebody who is gone";
  return (
    <div className="flex flex-wrap items-center gap-1.5">
      {chosen.map((key) => (
        <span key={key} className="inline-flex h-7 items-center gap-1 rounded-md bg-muted pl-2 text-cell text-fg">
          {nameOf(key)}
          <Button
            variant="quiet"
            size="icon"
            aria-label={`Do not tell ${nameOf(key)}`}
            onClick={() => onChange(value.filter((r) => keyOf(r) !== key))}
          >
            <X />
          </Button>
        </span>
      ))}
      <Select
        aria-label={`Add a receiver to step ${props.n}`}
        className="w-44"
        value=""
        onChange={(e) => e.target.value && onChange([...value, read(e.target.value)])}
      >
        <option value="">Add somebody</option>
        {choices
          .filter(([key]) => !chosen.includes(key))
          .map(([key, label]) => (
            <option key={key} value={key}>
              {label}
            </option>
          ))}
      </Select>
    </div>
  );
}
