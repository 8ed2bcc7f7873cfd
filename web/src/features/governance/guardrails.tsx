/** What the assistant may do, and the switch that stops it. */
import { useMutation, useQueryClient, useSuspenseQuery } from "@tanstack/react-query";
import { useState } from "react";
import { put } from "@/api/client";
import { ApiError, sentence } from "@/api/problem";
import { useMay, useMe } from "@/api/shared";
import type { GuardrailsInForce } from "@/api/types";
import { Button } from "@/components/ui/button";
import { Checkbox } from "@/components/ui/checkbox";
import { Field } from "@/components/ui/field";
import { Input, Select, Textarea } from "@/components/ui/input";
import { Card } from "@/components/ui/states";
import { failed, told } from "@/components/ui/toast";
import { AdminPage } from "@/features/admin/layout";
import { dateTime } from "@/lib/format";
import { bodyOf, draftOf, type Draft } from "./draft";
import { guardrailsQuery } from "./queries";
import { StopCard } from "./stop";
import { ToolRules } from "./tool-rules";
import { TrialCard } from "./trial";

export function GuardrailsPage() {
  const rails = useSuspenseQuery(guardrailsQuery()).data;
  return (
    <AdminPage
      title="AI guardrails"
      text="What the assistant may do, for whom, and what it must ask first. They bind the assistant, programs that use its tools, and agents alike."
    >
      <StopCard stopped={rails.stopped ?? null} />
      <Editor key={rails.version} rails={rails} />
    </AdminPage>
  );
}

function Editor({ rails }: { rails: GuardrailsInForce }) {
  const client = useQueryClient();
  const mayWrite = useMay("guardrail", "update");
  const currency = useMe().organisation.currency;
  const [draft, setDraft] = useState(() => draftOf(rails, currency));
  const save = useMutation({
    mutationFn: () => put("/guardrails", { ifMatch: rails.version, body: bodyOf(draft) }),
    onSuccess: async () => {
      told("Saved. In force from the next step of every run.");
      await client.invalidateQueries({ queryKey: guardrailsQuery().queryKey });
    },
    onError: (error) => failed("The guardrails were not saved", sentence(error)),
  });
  const errors = save.error instanceof ApiError ? (save.error.problem.errors ?? []) : [];
  const errorAt = (field: string) => errors.find((error) => error.field === field)?.message;
  const write = (next: Draft) => {
    setDraft(next);
    save.reset();
  };
  return (
    <>
      <Texts draft={draft} readOnly={!mayWrite} errorAt={errorAt} onChange={write} />
      <ToolRules
        rails={rails}
        draft={draft}
        currency={currency}
        readOnly={!mayWrite}
        errorAt={errorAt}
        onChange={write}
      />
      <div className="flex flex-wrap items-center gap-3">
        {mayWrite && (
          <Button variant="primary" busy={save.isPending && "Saving"} onClick={() => save.mutate()}>
            Save guardrails
          </Button>
        )}
        <p className="text-meta text-fg-3">
          {rails.shipped
            ? "These are the ones that Dealwright comes with."
            : `Changed by ${rails.updated_by?.name ?? "somebody"}${rails.updated_at ? `, ${dateTime(rails.updated_at)}` : ""}.`}
        </p>
      </div>
      <TrialCard draft={draft} />
    </>
  );
}

interface PartProps {
  draft: Draft;
  readOnly: boolean;
  errorAt: (field: string) => string | undefined;
  onChange: (draft: Draft) => void;
}

const MODES = { off: "Off", flag: "Say so", block: "Decline" } as const;

function Texts({ draft, readOnly, errorAt, onChange }: PartProps) {
  return (
    <Card title="Requests and answers">
      <fieldset disabled={readOnly} className="grid gap-4 px-4 py-3 md:grid-cols-2">
        <legend className="sr-only">Requests and answers</legend>
        {(["content", "injection"] as const).map((part) => (
          <Filter
            key={part}
            label={part === "content" ? "Requests that mean harm" : "Texts that give the assistant orders"}
            value={draft[part]}
            error={errorAt(`${part}_filter.threshold`)}
            onChange={(value) => onChange({ ...draft, [part]: value })}
          />
        ))}
        <Field
          label="Closed topics"
          hint="One a line. A request that holds one is declined."
          error={errorAt("blocked_topics") ?? errorAt("blocked_topics.0")}
        >
          {(w) => (
            <Textarea {...w} value={draft.topics} onChange={(e) => onChange({ ...draft, topics: e.target.value })} />
          )}
        </Field>
        <div className="flex flex-col gap-3">
          <Field label="Prompts and answers of models">
            {(w) => (
              <Select
                {...w}
                value={draft.keep}
                onChange={(e) => onChange({ ...draft, keep: e.target.value as Draft["keep"] })}
              >
                <option value="none">Not kept</option>
                <option value="redacted">Kept without personal data</option>
                <option value="whole">Kept whole</option>
              </Select>
            )}
          </Field>
          <Field label="For how many days" className="w-40" error={errorAt("retention_days")}>
            {(w) => (
              <Input
                {...w}
                inputMode="numeric"
                className="text-right tnum"
                value={draft.days}
                onChange={(e) => onChange({ ...draft, days: e.target.value })}
              />
            )}
          </Field>
        </div>
        <label className="flex items-start gap-2 text-cell text-fg md:col-span-2">
          <Checkbox
            className="mt-0.5"
            checked={draft.remote}
            onCheckedChange={(on) => onChange({ ...draft, remote: on === true })}
          />
          <span>
            Requests may go to a model on another machine
            <span className="block text-meta text-fg-3">
              What is recognised as a name, an address or a number of a person is replaced before they do. Without it,
              requests are understood here.
            </span>
          </span>
        </label>
      </fieldset>
    </Card>
  );
}

function Filter(props: {
  label: string;
  value: Draft["content"];
  error: string | undefined;
  onChange: (value: Draft["content"]) => void;
}) {
  const { label, value } = props;
  return (
    <div className="flex items-start gap-2">
      <Field label={label} className="flex-1">
        {(w) => (
          <Select
            {...w}
            value={value.mode}
            onChange={(e) => props.onChange({ ...value, mode: e.target.value as keyof typeof MODES })}
          >
            {Object.entries(MODES).map(([mode, word]) => (
              <option key={mode} value={mode}>
                {word}
              </option>
            ))}
          </Select>
        )}
      </Field>
      <Field label="From, in %" className="w-28" error={props.error}>
        {(w) => (
          <Input
            {...w}
            aria-label={`${label}: from how sure on, in percent`}
            inputMode="numeric"
            className="text-right tnum"
            value={value.threshold}
            onChange={(e) => props.onChange({ ...value, threshold: e.target.value })}
          />
        )}
      </Field>
    </div>
  );
}
