/** Who matters for a plan: how much their word counts, and how they stand to us. */
import { Link } from "@tanstack/react-router";
import { Ellipsis, Plus } from "lucide-react";
import { useState } from "react";
import type { PlanPerson } from "@/api/types";
import { Badge } from "@/components/ui/badge";
import { Button } from "@/components/ui/button";
import { PersonMark } from "@/components/ui/marks";
import { Menu } from "@/components/ui/menu";
import { Card } from "@/components/ui/states";
import { PlanPersonForm } from "./plan-person-form";
import { ATTITUDES, INFLUENCES } from "./plan-words";
import type { PlanProps } from "./plan-view";
import { sentPerson, usePlanWrite } from "./use-plan-write";

const KIND = { supporter: "ok", neutral: "neutral", sceptic: "warn", opponent: "bad", unknown: "outline" } as const;

export function PlanPeople({ account, plan }: PlanProps) {
  const [open, setOpen] = useState<PlanPerson | "new" | null>(null);
  return (
    <Card
      title="Stakeholders"
      aside={
        account.may.update && (
          <Button size="row" onClick={() => setOpen("new")}>
            <Plus /> Add a person
          </Button>
        )
      }
    >
      {plan.people.length === 0 && (
        <p className="px-4 py-4 text-cell text-fg-3">
          Nobody named yet: who decides, who helps, who stands in the way?
        </p>
      )}
      <ul>
        {plan.people.map((person) => (
          <Row key={person.contact_id} account={account} plan={plan} person={person} onEdit={() => setOpen(person)} />
        ))}
      </ul>
      {open && (
        <PlanPersonForm
          account={account}
          plan={plan}
          person={open === "new" ? null : open}
          onClose={() => setOpen(null)}
        />
      )}
    </Card>
  );
}

function Row({ account, plan, person: p, onEdit }: PlanProps & { person: PlanPerson; onEdit: () => void }) {
  const name = p.contact?.name ?? "A contact you may not see";
  const drop = usePlanWrite(account, plan, () => `${name} is off the plan`);
  const others = plan.people.filter((other) => other.contact_id !== p.contact_id).map(sentPerson);
  return (
    <li className="flex min-h-11 items-center gap-3 border-b border-line px-4 py-1.5 last:border-0">
      <PersonMark id={p.contact_id} name={name} size={28} />
      <span className="flex min-w-0 flex-1 flex-col text-cell">
        <span className="flex flex-wrap items-center gap-x-2 gap-y-1">
          {p.contact ? (
            <Link to="/contacts/$id" params={{ id: p.contact.id }} className="font-medium text-fg hover:underline">
              {name}
            </Link>
          ) : (
            <span className="text-fg-3">{name}</span>
          )}
          <Badge kind={KIND[p.attitude]}>{ATTITUDES[p.attitude]}</Badge>
          <Badge>{INFLUENCES[p.influence]} influence</Badge>
        </span>
        <span className="text-fg-3">{[p.role, p.note].filter(Boolean).join(": ")}</span>
      </span>
      {account.may.update && (
        <Menu
          align="end"
          trigger={
            <Button variant="quiet" size="iconRow" aria-label={`Change ${name}`}>
              <Ellipsis />
            </Button>
          }
          items={[
            { label: "Role, influence, attitude…", run: onEdit },
            "line",
            { label: "Take off the plan", bad: true, run: () => drop.mutate({ people: others }) },
          ]}
        />
      )}
    </li>
  );
}
