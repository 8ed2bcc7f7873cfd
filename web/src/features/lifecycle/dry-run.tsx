import { useState } from "react";
import { post } from "@/api/client";
import { sentence } from "@/api/problem";
import type { LifecycleDryRunFound, Stage } from "@/api/types";
import { RecordLink } from "@/components/crm/record-link";
import { Button } from "@/components/ui/button";
import { Card } from "@/components/ui/states";
import { number, plural } from "@/lib/format";
import type { Definition } from "./model";

/** Adds what a further part of the run found. */
function joined(a: LifecycleDryRunFound | null, b: LifecycleDryRunFound): LifecycleDryRunFound {
  if (!a) return b;
  const stages = [...a.stages];
  for (const more of b.stages) {
    const at = stages.findIndex((s) => s.stage_id === more.stage_id);
    const so = stages[at];
    if (!so) {
      stages.push(more);
      continue;
    }
    const lacking = [...so.lacking];
    for (const lack of more.lacking) {
      const i = lacking.findIndex((l) => l.when === lack.when && l.field === lack.field && l.message === lack.message);
      const known = lacking[i];
      if (known) lacking[i] = { ...known, deals: known.deals + lack.deals };
      else lacking.push(lack);
    }
    stages[at] = {
      ...so,
      lacking,
      checked: so.checked + more.checked,
      held: so.held + more.held,
      not_admitted: so.not_admitted + more.not_admitted,
    };
  }
  return {
    ...b,
    stages,
    checked: a.checked + b.checked,
    would_not_pass: a.would_not_pass + b.would_not_pass,
    deals: [...a.deals, ...b.deals].slice(0, 100),
  };
}

/** What the definition would say to the open deals that are there. Nothing is changed. */
export function DryRun(props: {
  id: string;
  definition: Definition;
  stages: Stage[];
  onProblem: (error: unknown) => void;
}) {
  const [found, setFound] = useState<LifecycleDryRunFound | null>(null);
  const [running, setRunning] = useState(false);
  const [error, setError] = useState<string | null>(null);
  const run = async () => {
    setRunning(true);
    setError(null);
    let so: LifecycleDryRunFound | null = null;
    try {
      do {
        const body: { definition: Definition; cursor: string | null } = {
          definition: props.definition,
          cursor: so?.next_cursor ?? null,
        };
        const { data } = await post("/pipelines/{id}/lifecycle/dry-run", { path: { id: props.id }, body });
        so = joined(so, data);
        setFound(so);
      } while (so.next_cursor);
    } catch (problem) {
      setError(sentence(problem));
      props.onProblem(problem);
    }
    setRunning(false);
  };
  const name = (id: string) => props.stages.find((s) => s.id === id)?.name ?? "";
  return (
    <Card
      title="Dry run"
      aside={
        <Button size="card" busy={running && "Looking"} onClick={() => void run()}>
          Try on open deals
        </Button>
      }
    >
      <div className="px-4 py-3 text-cell">
        <p role="status" className={error ? "text-bad-text" : "text-fg-2"}>
          {error ??
            (found
              ? found.would_not_pass === 0
                ? `All ${number(found.checked)} open deals would pass.`
                : `${number(found.would_not_pass)} of ${plural(found.checked, "open deal")} would not pass.`
              : "Says which open deals would not pass. Nothing is changed.")}
        </p>
        {found?.stages
          .filter((s) => s.lacking.length > 0)
          .map((s) => (
            <div key={s.stage_id} className="mt-3">
              <p className="font-medium text-fg">
                {name(s.stage_id)}
                <span className="font-normal text-fg-3">
                  {" "}
                  · {s.held > 0 && `${plural(s.held, "deal")} could not leave`}
                  {s.held > 0 && s.not_admitted > 0 && ", "}
                  {s.not_admitted > 0 && `${plural(s.not_admitted, "deal")} would not be let in`}
                </span>
              </p>
              <ul>
                {s.lacking.map((l) => (
                  <li key={l.when + l.field + l.message} className="flex gap-2 text-fg-2">
                    <span className="w-10 shrink-0 text-right tnum">{number(l.deals)}</span>
                    <span>
                      {l.code === "required"
                        ? `without ${l.field.replace(/_id$/, "").replaceAll("_", " ")}`
                        : l.message}
                    </span>
                  </li>
                ))}
              </ul>
            </div>
          ))}
        {found && found.deals.length > 0 && (
          <details className="mt-3">
            <summary className="cursor-pointer text-meta text-fg-3">The first {number(found.deals.length)}</summary>
            <ul aria-label="Deals that would not pass">
              {found.deals.map((d) => (
                <li key={d.id} className="flex min-h-8 items-center border-t border-line">
                  <RecordLink object="opportunity" id={d.id} name={d.name} />
                </li>
              ))}
            </ul>
          </details>
        )}
      </div>
    </Card>
  );
}
