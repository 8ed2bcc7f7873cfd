import { useMutation, useQueryClient, useSuspenseQuery } from "@tanstack/react-query";
import { Plus } from "lucide-react";
import { useState } from "react";
import { post, put } from "@/api/client";
import { ApiError, sentence } from "@/api/problem";
import { useMay } from "@/api/shared";
import type { ScoreModel } from "@/api/types";
import { Button } from "@/components/ui/button";
import { Field } from "@/components/ui/field";
import { Input } from "@/components/ui/input";
import { Card } from "@/components/ui/states";
import { failed, told } from "@/components/ui/toast";
import { dateTime } from "@/lib/format";
import { added, bodyOf, changed, draftOf, errorAt, removed, type Draft } from "./draft";
import { scoreModelQuery } from "./queries";
import { RuleRow } from "./rule-row";
import { Trial } from "./trial";

export function Scoring() {
  const model = useSuspenseQuery(scoreModelQuery()).data;
  return <Editor key={model.version} model={model} />;
}

function Editor({ model }: { model: ScoreModel }) {
  const client = useQueryClient();
  const mayWrite = useMay("rule", "update");
  const [draft, setDraft] = useState(() => draftOf(model));
  const trial = useMutation({
    mutationFn: async () => (await post("/lead-scoring/dry-run", { body: bodyOf(draft) })).data,
    onError: (error) => failed("These rules could not be tried", sentence(error)),
  });
  const save = useMutation({
    mutationFn: () => put("/lead-scoring", { ifMatch: model.version, body: bodyOf(draft) }),
    onSuccess: async () => {
      told("Saved. Leads are scored anew in the background.");
      await client.invalidateQueries({ queryKey: scoreModelQuery().queryKey });
    },
    onError: (error) => failed("The rules were not saved", sentence(error)),
  });
  const error = save.error ?? trial.error;
  const errors = error instanceof ApiError ? (error.problem.errors ?? []) : [];
  const write = (next: Draft) => {
    setDraft(next);
    save.reset();
    trial.reset();
  };
  return (
    <div className="flex max-w-4xl flex-col gap-4 px-4 py-4 md:px-5">
      <header>
        <h1 className="text-title text-fg">Lead scoring</h1>
        <p className="text-cell text-fg-3">
          Each rule that is true of a lead gives it points; what they come to, from 0 to 100, is its score.{" "}
          {model.shipped
            ? "These are the rules that Dealwright comes with."
            : `Changed by ${model.updated_by?.name ?? "somebody"}${model.updated_at ? `, ${dateTime(model.updated_at)}` : ""}.`}
        </p>
      </header>
      <Card title="Rules" aside={<span className="text-meta text-fg-3">{draft.rules.length} of 50</span>}>
        <ol>
          {draft.rules.map((rule, at) => (
            <RuleRow
              key={rule.key}
              n={at + 1}
              rule={rule}
              met={trial.data?.met[at]}
              readOnly={!mayWrite}
              error={(part) => errorAt(errors, `rules.${at}.${part}`)}
              onChange={(next) => write(changed(draft, rule.key, next))}
              onRemove={() => write(removed(draft, rule.key))}
            />
          ))}
        </ol>
        {mayWrite && (
          <p className="px-4 py-3">
            <Button type="button" disabled={draft.rules.length >= 50} onClick={() => write(added(draft))}>
              <Plus /> Add a rule
            </Button>
          </p>
        )}
      </Card>
      <Bands draft={draft} readOnly={!mayWrite} error={errorAt(errors, "bands")} onChange={write} />
      <div className="flex flex-wrap gap-2">
        {mayWrite && (
          <Button variant="primary" busy={save.isPending && "Saving"} onClick={() => save.mutate()}>
            Save rules
          </Button>
        )}
        <Button busy={trial.isPending && "Trying"} onClick={() => trial.mutate()}>
          See how scores would change
        </Button>
      </div>
      {trial.data && <Trial trial={trial.data} />}
    </div>
  );
}

function Bands(props: {
  draft: Draft;
  readOnly: boolean;
  error: string | undefined;
  onChange: (draft: Draft) => void;
}) {
  const { draft } = props;
  return (
    <Card title="Grades">
      <fieldset disabled={props.readOnly} className="flex flex-wrap items-start gap-4 px-4 py-3">
        <legend className="sr-only">The least score of each grade</legend>
        {(["a", "b", "c"] as const).map((grade) => (
          <Field
            key={grade}
            label={`${grade.toUpperCase()} from`}
            className="w-24"
            error={grade === "a" ? props.error : undefined}
          >
            {(w) => (
              <Input
                {...w}
                inputMode="numeric"
                className="text-right tnum"
                value={draft.bands[grade]}
                onChange={(e) => props.onChange({ ...draft, bands: { ...draft.bands, [grade]: e.target.value } })}
              />
            )}
          </Field>
        ))}
        <p className="self-end pb-1.5 text-cell text-fg-3">What is below C is a D.</p>
      </fieldset>
    </Card>
  );
}
