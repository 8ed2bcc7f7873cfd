import { useQueryClient, useSuspenseQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { ListChecks, Plus } from "lucide-react";
import { patch } from "@/api/client";
import type { Rule } from "@/api/types";
import { OBJECTS } from "@/components/crm/expression/query";
import { Badge } from "@/components/ui/badge";
import { Button } from "@/components/ui/button";
import { Empty } from "@/components/ui/states";
import { ActiveSwitch } from "@/components/crm/active-switch";
import { rulesQuery } from "./queries";

export function Rules() {
  const rules = useSuspenseQuery(rulesQuery()).data;
  return (
    <div className="flex max-w-4xl flex-col gap-4 px-4 py-4 md:px-5">
      <header className="flex flex-wrap items-start gap-3">
        <div className="min-w-0 flex-1 basis-64">
          <h1 className="text-title text-fg">Validation rules</h1>
          <p className="text-cell text-fg-3">
            What must be true of a record whenever it is written: by a form, the API, an import or an agent.
          </p>
        </div>
        <Button variant="primary" asChild>
          <Link to="/admin/rules/$id" params={{ id: "new" }}>
            <Plus /> New rule
          </Link>
        </Button>
      </header>
      {rules.length === 0 ? (
        <Empty icon={ListChecks} title="No rules yet">
          For instance: a won deal has an amount.
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

function Row({ rule }: { rule: Rule }) {
  const client = useQueryClient();
  return (
    <li className="flex items-start gap-3 border-b border-line py-2.5 text-cell">
      <ActiveSwitch
        rule={rule}
        save={(active) => patch("/rules/{id}", { path: { id: rule.id }, ifMatch: rule.version, body: { active } })}
        refresh={() => client.invalidateQueries({ queryKey: rulesQuery().queryKey })}
      />
      <div className="min-w-0 flex-1">
        <p className="flex flex-wrap items-center gap-2">
          <Link
            to="/admin/rules/$id"
            params={{ id: rule.id }}
            className="font-medium text-fg underline-offset-2 hover:underline"
          >
            {rule.name}
          </Link>
          {rule.problems.length > 0 && <Badge kind="bad">Does not pass its check</Badge>}
        </p>
        <p className="truncate font-mono text-code text-fg-2" title={rule.expression}>
          {rule.expression}
        </p>
        <p className="text-meta text-fg-3">{rule.message}</p>
      </div>
    </li>
  );
}
