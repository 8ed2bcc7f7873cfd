import { useMutation, useQuery, useQueryClient, useSuspenseQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { Plus, Waypoints } from "lucide-react";
import { patch, post } from "@/api/client";
import { sentence } from "@/api/problem";
import { usersQuery } from "@/api/shared";
import type { AssignmentRule } from "@/api/types";
import { Badge } from "@/components/ui/badge";
import { Button } from "@/components/ui/button";
import { SortableList } from "@/components/ui/sortable";
import { Card, Empty } from "@/components/ui/states";
import { failed } from "@/components/ui/toast";
import { ActiveSwitch } from "@/components/crm/active-switch";
import { Hours } from "./hours";
import { assignmentRulesQuery } from "./queries";
import { TryOnLead } from "./try";
import { chooserWords } from "./words";

export function AssignmentRules() {
  const rules = useSuspenseQuery(assignmentRulesQuery()).data;
  const client = useQueryClient();
  const order = useMutation({
    mutationFn: (ids: string[]) => post("/assignment-rules/order", { body: { ids } }),
    onError: (error) => failed("The order was not changed", sentence(error)),
    onSettled: () => client.invalidateQueries({ queryKey: assignmentRulesQuery().queryKey }),
  });
  return (
    <div className="flex max-w-4xl flex-col gap-4 px-4 py-4 md:px-5">
      <header className="flex flex-wrap items-start gap-3">
        <div className="min-w-0 flex-1 basis-64">
          <h1 className="text-title text-fg">Assignment rules</h1>
          <p className="text-cell text-fg-3">
            Whose a lead becomes that comes by a form, an import or the API. The first rule that takes it has it.
          </p>
        </div>
        <Button variant="primary" asChild>
          <Link to="/admin/assignment/$id" params={{ id: "new" }}>
            <Plus /> New rule
          </Link>
        </Button>
      </header>
      {rules.length === 0 ? (
        <Empty icon={Waypoints} title="No rules yet">
          For instance: leads from Germany go to the team there, in turn.
        </Empty>
      ) : (
        <Card title="In this order">
          <SortableList
            label="Assignment rules"
            items={rules}
            onOrder={(ids) => order.mutate(ids)}
            row={(rule) => <Row rule={rule} />}
          />
        </Card>
      )}
      {rules.length > 0 && <TryOnLead />}
      <Hours />
    </div>
  );
}

function Row({ rule }: { rule: AssignmentRule }) {
  const client = useQueryClient();
  const people = useQuery(usersQuery()).data;
  return (
    <div className="flex min-w-0 flex-1 items-start gap-3 py-2 pl-2">
      <ActiveSwitch
        rule={rule}
        save={(active) =>
          patch("/assignment-rules/{id}", { path: { id: rule.id }, ifMatch: rule.version, body: { active } })
        }
        refresh={() => client.invalidateQueries({ queryKey: assignmentRulesQuery().queryKey })}
      />
      <div className="min-w-0 flex-1">
        <p className="flex flex-wrap items-center gap-2">
          <Link
            to="/admin/assignment/$id"
            params={{ id: rule.id }}
            className="font-medium text-fg underline-offset-2 hover:underline"
          >
            {rule.name}
          </Link>
          {rule.working_hours && <Badge kind="outline">Working hours</Badge>}
          {rule.problems.length > 0 && <Badge kind="bad">Does not pass its check</Badge>}
        </p>
        <p className="truncate font-mono text-code text-fg-2" title={rule.condition}>
          {rule.condition}
        </p>
        <p className="text-meta text-fg-3">
          {chooserWords(rule.chooser, (id) => people?.find((u) => u.id === id)?.name ?? "…")}
        </p>
      </div>
    </div>
  );
}
