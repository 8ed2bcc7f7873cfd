import { useMutation, useSuspenseQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { Plus, Stamp } from "lucide-react";
import { patch } from "@/api/client";
import { sentence } from "@/api/problem";
import { useMay } from "@/api/shared";
import type { ApprovalDefinition } from "@/api/types";
import { Button } from "@/components/ui/button";
import { Checkbox } from "@/components/ui/checkbox";
import { Empty } from "@/components/ui/states";
import { failed } from "@/components/ui/toast";
import { plural } from "@/lib/format";
import { OBJECTS } from "./model";
import { definitionsQuery } from "./queries";
import { useRefresh } from "./use-decide";

/** What needs approval. */
export function Definitions() {
  const all = useSuspenseQuery(definitionsQuery()).data;
  const mayAdd = useMay("approval", "create");
  return (
    <div className="flex max-w-4xl flex-col gap-4 px-4 py-4 md:px-5">
      <header className="flex flex-wrap items-start gap-3">
        <div className="min-w-0 flex-1 basis-64">
          <h1 className="text-title text-fg">Approvals</h1>
          <p className="text-cell text-fg-3">
            What needs the yes of others before it counts: discounts, large amounts, stages, conversions, and what the
            assistant proposes.
          </p>
        </div>
        {mayAdd && (
          <Button variant="primary" asChild>
            <Link to="/admin/approvals/$id" params={{ id: "new" }}>
              <Plus /> New approval
            </Link>
          </Button>
        )}
      </header>
      {all.length === 0 ? (
        <Empty icon={Stamp} title="Nothing needs approval yet">
          For instance: a discount over 20 percent needs the manager, one over 40 percent finance too.
        </Empty>
      ) : (
        OBJECTS.map(([object, label]) => {
          const of = all.filter((d) => d.object === object);
          return of.length === 0 ? null : (
            <section key={object} aria-label={label}>
              <h2 className="border-b border-line pb-1 text-meta font-medium text-fg-3">{label}</h2>
              <ul>
                {of.map((definition) => (
                  <Row key={definition.id} definition={definition} />
                ))}
              </ul>
            </section>
          );
        })
      )}
    </div>
  );
}

function Row({ definition: d }: { definition: ApprovalDefinition }) {
  const may = useMay("approval", "update");
  const refresh = useRefresh();
  const flip = useMutation({
    mutationFn: (active: boolean) =>
      patch("/approval-definitions/{id}", { path: { id: d.id }, ifMatch: d.version, body: { active } }),
    onError: (error) => failed("It was not switched", sentence(error)),
    onSettled: refresh,
  });
  return (
    <li className="flex items-start gap-3 border-b border-line py-2.5 text-cell">
      <span className="pt-0.5">
        <Checkbox
          aria-label={`${d.name} is in force`}
          checked={d.active}
          disabled={!may || flip.isPending}
          onCheckedChange={(on) => flip.mutate(on === true)}
        />
      </span>
      <div className="min-w-0 flex-1">
        <p className="flex flex-wrap items-center gap-2">
          {may ? (
            <Link
              to="/admin/approvals/$id"
              params={{ id: d.id }}
              className="font-medium text-fg underline-offset-2 hover:underline"
            >
              {d.name}
            </Link>
          ) : (
            <span className="font-medium text-fg">{d.name}</span>
          )}
          {d.pending > 0 && <span className="text-meta text-fg-3">{plural(d.pending, "request")} waiting</span>}
        </p>
        <p className="truncate font-mono text-code text-fg-2" title={d.rules.condition ?? ""}>
          {d.rules.condition ?? "always"}
        </p>
        <p className="text-meta text-fg-3">
          {d.rules.levels.map((l) => l.name).join(d.rules.order === "parallel" ? " and " : ", then ")}
        </p>
      </div>
    </li>
  );
}
