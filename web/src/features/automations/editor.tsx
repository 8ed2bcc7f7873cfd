import { useQuery, useQueryClient } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import { useState } from "react";
import { post, put } from "@/api/client";
import { isApiError, sentence } from "@/api/problem";
import { useMe } from "@/api/shared";
import type { Automation, FieldError } from "@/api/types";
import { ExpressionInput } from "@/components/crm/expression/input";
import { vocabularyQuery } from "@/components/crm/expression/query";
import { Verdict, corrected, useVerdict } from "@/components/crm/expression/verdict";
import { Button } from "@/components/ui/button";
import { Field } from "@/components/ui/field";
import { Card } from "@/components/ui/states";
import { failed, told } from "@/components/ui/toast";
import { Head } from "./head";
import { Limits } from "./limits";
import { EMPTY, definitionOf, scoped, triggerWords, type Definition } from "./model";
import { grantableQuery } from "./queries";
import { Recipes } from "./recipes";
import { Rights } from "./rights";
import { Runs } from "./runs";
import { Secret } from "./secret";
import { Steps } from "./steps";
import { TrialCard } from "./trial";
import { TriggerCard } from "./trigger";

/** An automation: when, if, then, with what rights; tried before it is switched on. */
export function AutomationEditor({ automation }: { automation: Automation | null }) {
  const client = useQueryClient();
  const navigate = useNavigate();
  const me = useMe();
  const [d, setD] = useState<Definition>(automation ? definitionOf(automation) : EMPTY);
  const [problems, setProblems] = useState<FieldError[]>([]);
  const [busy, setBusy] = useState(false);
  const limit = useQuery(grantableQuery(d.run_as_id ?? me.user.id)).data;
  const vocabulary = useQuery(vocabularyQuery(d.object)).data;
  const condition = d.condition ?? "";
  const verdict = useVerdict(d.object, condition);
  const whole: Definition = {
    ...d,
    condition: condition.trim() || null,
    scopes: limit ? scoped(d, d.scopes, limit) : d.scopes,
  };
  const change = (next: Definition) => {
    setD(next);
    setProblems([]);
  };
  const tell = (error: unknown) => {
    if (isApiError(error) && error.fields.length > 0) setProblems(error.fields);
    else failed("Not saved", sentence(error));
  };
  const save = async () => {
    setBusy(true);
    setProblems([]);
    try {
      await (automation
        ? put("/automations/{id}", {
            path: { id: automation.id },
            body: { definition: whole, version: automation.version },
          })
        : post("/automations", { body: whole }));
      told(automation ? "Automation saved" : d.active ? "Automation added; it runs from now on" : "Automation added");
      await client.invalidateQueries({ queryKey: ["automations"] });
      await navigate({ to: "/admin/automations" });
    } catch (error) {
      tell(error);
    }
    setBusy(false);
  };
  return (
    <div className="flex max-w-3xl flex-col gap-4 px-4 py-4 md:px-5">
      <h1 className="text-title text-fg">{automation ? automation.name : "New automation"}</h1>
      {!automation && d.steps.length === 0 && <Recipes onPick={change} />}
      {problems.length > 0 && (
        <div role="alert" className="rounded-lg bg-bad-soft px-4 py-2 text-cell text-bad-text">
          <ul>
            {problems.map((p) => (
              <li key={p.field + p.message}>
                {place(p.field)}: {p.message}
              </li>
            ))}
          </ul>
        </div>
      )}
      <Head definition={d} onChange={change} fixed={automation !== null} />
      <TriggerCard definition={d} onChange={change} />
      <Card title="If">
        <div className="flex flex-col gap-1 px-4 py-3">
          <Field label="Condition" hint="CEL; always when empty. previous.amount is the value before what happened.">
            {(w) => (
              <ExpressionInput
                {...w}
                value={condition}
                onChange={(text) => change({ ...d, condition: text })}
                vocabulary={vocabulary}
              />
            )}
          </Field>
          <Verdict verdict={verdict} onTake={(p) => change({ ...d, condition: corrected(condition, p) })} />
        </div>
      </Card>
      <Steps definition={d} onChange={change} />
      <Rights definition={d} onChange={change} />
      <Limits definition={d} onChange={change} />
      <p className="text-cell text-fg-2">{triggerWords(d)}.</p>
      <div className="flex flex-wrap items-center gap-2">
        <Button variant="primary" busy={busy && "Saving"} onClick={() => void save()}>
          {automation ? "Save automation" : "Add automation"}
        </Button>
        <Button onClick={() => void navigate({ to: "/admin/automations" })}>Cancel</Button>
        {automation && <Secret automation={automation} />}
      </div>
      <TrialCard definition={whole} onProblem={tell} />
      {automation && <Runs automationId={automation.id} />}
    </div>
  );
}

/** `steps.0.title` → "Step 1". */
function place(field: string): string {
  const step = /^steps\.(\d+)/.exec(field);
  if (step) return `Step ${Number(step[1]) + 1}`;
  const words = field.replace(/^(trigger|scopes)\./, "").replaceAll("_", " ");
  return words.charAt(0).toUpperCase() + words.slice(1);
}
