import { useQueryClient, useSuspenseQuery } from "@tanstack/react-query";
import { useState } from "react";
import { put, remove } from "@/api/client";
import { isApiError, sentence } from "@/api/problem";
import { optionsQuery, pipelinesQuery } from "@/api/shared";
import type { FieldError, Lifecycle } from "@/api/types";
import { Badge } from "@/components/ui/badge";
import { Button } from "@/components/ui/button";
import { Card } from "@/components/ui/states";
import { failed, told } from "@/components/ui/toast";
import { cn } from "@/lib/cn";
import { Actions } from "./actions";
import { CriteriaForm } from "./criteria";
import { Diagram } from "./diagram";
import { DryRun } from "./dry-run";
import { Log } from "./log";
import { actionsOf, arrows, complete, criteriaOf, differences, placeOf, withStage, type When } from "./model";
import { Policy } from "./policy";
import { Publish } from "./publish";
import { Versions } from "./versions";

const WHENS: readonly When[] = ["entry", "exit"];

/** A pipeline as a state machine: drawn, edited as a draft, tried on the deals that are there, published. */
export function LifecycleEditor({ id, lifecycle }: { id: string; lifecycle: Lifecycle }) {
  const client = useQueryClient();
  const pipeline = useSuspenseQuery(pipelinesQuery()).data.find((p) => p.id === id);
  const options = useSuspenseQuery(optionsQuery()).data;
  const stages = [...(pipeline?.stages ?? [])].sort((a, b) => a.position - b.position);
  const inForce = complete(lifecycle.definition);
  const [d, setD] = useState(complete(lifecycle.draft?.definition ?? lifecycle.definition));
  const [dirty, setDirty] = useState(false);
  const [chosen, setChosen] = useState(stages[0]?.id ?? "");
  const [problems, setProblems] = useState<FieldError[]>([]);
  const [busy, setBusy] = useState(false);
  const [publishing, setPublishing] = useState(false);
  const draft = lifecycle.draft;
  const nameOf = (of: string) =>
    stages.find((s) => s.id === of)?.name ?? options.find((o) => o.id === of)?.name ?? "a stage that is gone";
  const change = (next: typeof d) => {
    setD(next);
    setDirty(true);
  };
  const refresh = () => client.invalidateQueries({ queryKey: ["lifecycles"] });
  const tell = (error: unknown) => {
    if (isApiError(error) && error.status === 422) setProblems(error.fields);
    else failed("Not saved", sentence(error));
  };
  const act = async (work: () => Promise<unknown>, done: string) => {
    setBusy(true);
    setProblems([]);
    try {
      await work();
      told(done);
      await refresh();
    } catch (error) {
      tell(error);
    }
    setBusy(false);
  };
  const path = { id };
  const save = () =>
    act(
      () => put("/pipelines/{id}/lifecycle/draft", { path, body: { definition: d, version: draft?.version ?? 0 } }),
      "Draft saved",
    );
  const discard = () =>
    act(() => remove("/pipelines/{id}/lifecycle/draft", { path, ifMatch: draft?.version ?? 0 }), "Draft discarded");
  const ways = arrows(d, stages);
  const stage = stages.find((s) => s.id === chosen);
  return (
    <div className="flex max-w-5xl flex-col gap-4 px-4 py-4 md:px-5">
      <div className="flex flex-wrap items-center gap-2">
        <h1 className="min-w-0 flex-1 basis-48 text-title text-fg">
          Lifecycle of {pipeline?.name} {draft && <Badge kind="proposed">Draft</Badge>}
        </h1>
        {draft && (
          <Button disabled={busy} onClick={() => void discard()}>
            Discard draft
          </Button>
        )}
        <Button disabled={!dirty} busy={busy && "Saving"} onClick={() => void save()}>
          Save draft
        </Button>
        <Button variant="primary" disabled={!draft || dirty || busy} onClick={() => setPublishing(true)}>
          Publish…
        </Button>
      </div>
      {problems.length > 0 && (
        <div role="alert" className="rounded-lg bg-bad-soft px-4 py-2 text-cell text-bad-text">
          <ul>
            {problems.map((p) => (
              <li key={p.field + p.message}>
                {placeOf(p.field, d, nameOf)}: {p.message}
              </li>
            ))}
          </ul>
        </div>
      )}
      <Diagram stages={stages} arrows={ways} definition={d} chosen={chosen} onChoose={setChosen} />
      <Policy definition={d} stages={stages} onChange={change} />
      <Card title="Stages">
        <div role="group" aria-label="Stage" className="flex flex-wrap gap-1 px-3 py-2">
          {stages.map((s) => (
            <button
              key={s.id}
              type="button"
              aria-pressed={s.id === chosen}
              onClick={() => setChosen(s.id)}
              className={cn(
                "h-8 rounded-md px-2.5 text-cell font-medium text-fg-2 hover:bg-muted pointer-coarse:h-11",
                s.id === chosen && "bg-active text-fg",
              )}
            >
              {s.name}
            </button>
          ))}
        </div>
        {stage && (
          <>
            <p className="px-4 pb-3 text-cell text-fg-2">
              From {stage.name} deals may go to{" "}
              {ways
                .filter((w) => w.from === stage.id)
                .map((w) => nameOf(w.to) + (w.roles.length > 0 ? " (some roles)" : ""))
                .join(", ") || "no other stage"}
              .
            </p>
            {WHENS.map((when) => (
              <CriteriaForm
                key={stage.id + when}
                stage={stage}
                when={when}
                value={criteriaOf(d, stage.id, when)}
                onChange={(criteria) => change(withStage(d, stage.id, { [when]: criteria }))}
              />
            ))}
            <Actions
              key={stage.id}
              stage={stage}
              value={actionsOf(d, stage.id)}
              onChange={(actions) => change(withStage(d, stage.id, { actions }))}
            />
          </>
        )}
      </Card>
      <DryRun id={id} definition={d} stages={stages} onProblem={tell} />
      <Versions id={id} lifecycle={lifecycle} nameOf={nameOf} />
      <Log of="pipelines" id={id} />
      {publishing && draft && (
        <Publish
          id={id}
          draft={draft.version}
          changes={differences(inForce, d, nameOf)}
          onDone={() => void refresh()}
          onClose={() => setPublishing(false)}
        />
      )}
    </div>
  );
}
