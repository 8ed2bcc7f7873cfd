import { useQueryClient, useSuspenseQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { Plus, Zap } from "lucide-react";
import { post } from "@/api/client";
import { useMay } from "@/api/shared";
import type { Automation } from "@/api/types";
import { ActiveSwitch } from "@/components/crm/active-switch";
import { Badge } from "@/components/ui/badge";
import { Button } from "@/components/ui/button";
import { Empty } from "@/components/ui/states";
import { ago, dateTime, plural } from "@/lib/format";
import { stepWords, triggerWords } from "./model";
import { automationsQuery } from "./queries";
import { Runs } from "./runs";

const PAUSES: Record<NonNullable<Automation["paused"]>, string> = {
  storm: "Switched off: ran too often",
  actor_gone: "Switched off: whom it acts for is gone",
  failing: "Switched off: refused again and again",
};

export function Automations() {
  const automations = useSuspenseQuery(automationsQuery()).data;
  const may = useMay("automation", "create");
  return (
    <div className="flex max-w-4xl flex-col gap-4 px-4 py-4 md:px-5">
      <header className="flex flex-wrap items-start gap-3">
        <div className="min-w-0 flex-1 basis-64">
          <h1 className="text-title text-fg">Automations</h1>
          <p className="text-cell text-fg-3">
            When something happens, or a time comes, and a condition holds: then they do it, with rights that you name.
          </p>
        </div>
        {may && (
          <Button variant="primary" asChild>
            <Link to="/admin/automations/$id" params={{ id: "new" }}>
              <Plus /> New automation
            </Link>
          </Button>
        )}
      </header>
      {automations.length === 0 ? (
        <Empty icon={Zap} title="No automations yet">
          For instance: each new deal gets a task for a first call.
        </Empty>
      ) : (
        <ul className="border-t border-line">
          {automations.map((automation) => (
            <Row key={automation.id} automation={automation} />
          ))}
        </ul>
      )}
      {automations.length > 0 && <Runs />}
    </div>
  );
}

function Row({ automation: a }: { automation: Automation }) {
  const client = useQueryClient();
  const { recent } = a;
  return (
    <li className="flex items-start gap-3 border-b border-line py-2.5 text-cell">
      <ActiveSwitch
        rule={a}
        save={(active) =>
          post("/automations/{id}/switch", { path: { id: a.id }, ifMatch: a.version, body: { active } })
        }
        refresh={() => client.invalidateQueries({ queryKey: ["automations"] })}
      />
      <div className="min-w-0 flex-1">
        <p className="flex flex-wrap items-center gap-2">
          <Link
            to="/admin/automations/$id"
            params={{ id: a.id }}
            className="font-medium text-fg underline-offset-2 hover:underline"
          >
            {a.name}
          </Link>
          {a.paused && <Badge kind="bad">{PAUSES[a.paused]}</Badge>}
          {a.problem && <Badge kind="bad">Its condition does not pass its check</Badge>}
        </p>
        <p className="text-fg-2">
          {triggerWords(a)}: {a.steps.map(stepWords).join(", ")}
        </p>
        <p className="text-meta text-fg-3">
          For {a.run_as.name} · {plural(recent.done, "run")} in a week
          {recent.problems > 0 && `, ${plural(recent.problems, "problem")}`}
          {recent.last_at && ` · last ${ago(recent.last_at)}`}
          {a.next_at && ` · next ${dateTime(a.next_at)}`}
        </p>
      </div>
    </li>
  );
}
