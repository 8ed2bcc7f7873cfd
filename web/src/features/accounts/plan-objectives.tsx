/** What is to be done for a plan, and how far it has come by the deals. */
import { Ellipsis, Plus } from "lucide-react";
import { useState } from "react";
import type { PlanObjective } from "@/api/types";
import { Badge } from "@/components/ui/badge";
import { Button } from "@/components/ui/button";
import { Menu } from "@/components/ui/menu";
import { Card, Progress } from "@/components/ui/states";
import { date, moneyRound, number, percent } from "@/lib/format";
import { PlanObjectiveForm } from "./plan-objective-form";
import { STATES } from "./plan-words";
import type { PlanProps } from "./plan-view";
import { sentObjective, usePlanWrite } from "./use-plan-write";

const KIND = { planned: "neutral", underway: "selected", done: "ok", dropped: "outline" } as const;

export function PlanObjectives({ account, plan }: PlanProps) {
  const [open, setOpen] = useState<PlanObjective | "new" | null>(null);
  return (
    <Card
      title="Objectives"
      aside={
        account.may.update && (
          <Button size="row" onClick={() => setOpen("new")}>
            <Plus /> Add an objective
          </Button>
        )
      }
    >
      {plan.objectives.length === 0 && <p className="px-4 py-4 text-cell text-fg-3">Nothing to be done yet.</p>}
      <ul>
        {plan.objectives.map((objective) => (
          <Row
            key={objective.id}
            account={account}
            plan={plan}
            objective={objective}
            onEdit={() => setOpen(objective)}
          />
        ))}
      </ul>
      {open && (
        <PlanObjectiveForm
          account={account}
          plan={plan}
          objective={open === "new" ? null : open}
          onClose={() => setOpen(null)}
        />
      )}
    </Card>
  );
}

type RowProps = PlanProps & { objective: PlanObjective; onEdit: () => void };

function Row({ account, plan, objective: o, onEdit }: RowProps) {
  const save = usePlanWrite(account, plan, () => `${o.title} changed`);
  const others = plan.objectives.filter((other) => other.id !== o.id).map(sentObjective);
  const turn = (state: PlanObjective["state"]) =>
    save.mutate({
      objectives: plan.objectives.map((other) => ({ ...sentObjective(other), ...(other === o && { state }) })),
    });
  const target = o.target_amount ? moneyRound(o.target_amount) : o.target_count && number(o.target_count);
  return (
    <li className="flex min-h-11 items-center gap-3 border-b border-line px-4 py-2 last:border-0">
      <span className="flex min-w-0 flex-1 flex-col gap-1 text-cell">
        <span className="flex flex-wrap items-center gap-x-2 gap-y-1">
          <span className="font-medium text-fg">{o.title}</span>
          <Badge kind={KIND[o.state]}>{STATES[o.state]}</Badge>
          {o.overdue && <Badge kind="bad">Overdue</Badge>}
        </span>
        <span className="text-fg-3">
          {[o.owner?.name, o.due_on && `due ${date(o.due_on)}`].filter(Boolean).join(", ")}
        </span>
        {typeof o.percent === "number" && (
          <span className="flex items-center gap-2 text-meta text-fg-3 tnum">
            <Progress value={o.percent} max={100} label={`Progress of ${o.title}`} />
            <span className="shrink-0">
              {percent(o.percent)} of {target}
            </span>
          </span>
        )}
      </span>
      {account.may.update && (
        <Menu
          align="end"
          trigger={
            <Button variant="quiet" size="iconRow" aria-label={`Change ${o.title}`}>
              <Ellipsis />
            </Button>
          }
          items={[
            { label: "Edit…", run: onEdit },
            ...(o.state === "done" ? [] : [{ label: "Mark as done", run: () => turn("done") }]),
            "line",
            { label: "Remove", bad: true, run: () => save.mutate({ objectives: others }) },
          ]}
        />
      )}
    </li>
  );
}
