import { useQueryClient, useSuspenseQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { Plus, Timer } from "lucide-react";
import { patch } from "@/api/client";
import { useMay } from "@/api/shared";
import type { SlaRule } from "@/api/types";
import { durationWords, MEASURES } from "@/components/crm/sla-words";
import { Badge } from "@/components/ui/badge";
import { Button } from "@/components/ui/button";
import { Empty } from "@/components/ui/states";
import { number, plural } from "@/lib/format";
import { ActiveSwitch } from "@/components/crm/active-switch";
import { slaRulesQuery } from "./queries";

const OBJECTS = [
  ["lead", "Leads"],
  ["opportunity", "Opportunities"],
] as const;

export function SlaRules() {
  const rules = useSuspenseQuery(slaRulesQuery()).data;
  return (
    <div className="flex max-w-4xl flex-col gap-4 px-4 py-4 md:px-5">
      <header className="flex flex-wrap items-start gap-3">
        <div className="min-w-0 flex-1 basis-64">
          <h1 className="text-title text-fg">Service levels</h1>
          <p className="text-cell text-fg-3">
            By when something must have been done about a record, in working time, and what happens if it is not.
          </p>
        </div>
        {useMay("sla_rule", "create") && (
          <Button variant="primary" asChild>
            <Link to="/admin/sla/$id" params={{ id: "new" }}>
              <Plus /> New rule
            </Link>
          </Button>
        )}
      </header>
      {rules.length === 0 ? (
        <Empty icon={Timer} title="No service levels yet">
          For instance: somebody calls a new lead within four working hours, and their manager hears of it if not.
        </Empty>
      ) : (
        OBJECTS.map(([object, label]) => {
          const of = rules.filter((r) => r.object === object);
          return of.length === 0 ? null : (
            <section key={object} aria-label={label}>
              <h2 className="border-b border-line pb-1 text-meta font-medium text-fg-3">{label}</h2>
              <ul>
                {of.map((rule) => (
                  <Row key={rule.id} rule={rule} />
                ))}
              </ul>
            </section>
          );
        })
      )}
    </div>
  );
}

function Row({ rule }: { rule: SlaRule }) {
  const client = useQueryClient();
  const steps = rule.steps?.length ?? 0;
  return (
    <li className="flex items-start gap-3 border-b border-line py-2.5 text-cell">
      <ActiveSwitch
        rule={rule}
        save={(active) => patch("/sla-rules/{id}", { path: { id: rule.id }, ifMatch: rule.version, body: { active } })}
        refresh={() => client.invalidateQueries({ queryKey: slaRulesQuery().queryKey })}
      />
      <div className="min-w-0 flex-1">
        <p className="flex flex-wrap items-center gap-2">
          <Link
            to="/admin/sla/$id"
            params={{ id: rule.id }}
            className="font-medium text-fg underline-offset-2 hover:underline"
          >
            {rule.name}
          </Link>
          {!rule.planned && <Badge>Reckoning its clocks</Badge>}
          {rule.problems.length > 0 && <Badge kind="bad">Does not pass its check</Badge>}
        </p>
        <p className="text-fg-2">
          {MEASURES[rule.measure]} within {durationWords(rule.target)},{" "}
          {rule.calendar ? `by ${rule.calendar.name}` : "around the clock"}; {plural(steps, "step")}
        </p>
        {rule.condition !== "true" && (
          <p className="truncate font-mono text-code text-fg-2" title={rule.condition}>
            {rule.condition}
          </p>
        )}
      </div>
      <dl className="flex shrink-0 gap-4 text-right text-meta text-fg-3">
        <div>
          <dt>Open</dt>
          <dd className="text-cell text-fg tnum">{number(rule.open_timers)}</dd>
        </div>
        <div>
          <dt>Overdue</dt>
          <dd className="text-cell text-fg tnum">{number(rule.late_timers)}</dd>
        </div>
      </dl>
    </li>
  );
}
