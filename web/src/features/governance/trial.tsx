/** The test bench: what the guardrails, as they are on the page, make of a text. */
import { useMutation } from "@tanstack/react-query";
import { useState } from "react";
import { post } from "@/api/client";
import { sentence } from "@/api/problem";
import type { SafetyVerdict } from "@/api/types";
import { Badge } from "@/components/ui/badge";
import { Button } from "@/components/ui/button";
import { Field } from "@/components/ui/field";
import { Textarea } from "@/components/ui/input";
import { Card } from "@/components/ui/states";
import { failed } from "@/components/ui/toast";
import { bodyOf, type Draft } from "./draft";

export function TrialCard({ draft }: { draft: Draft }) {
  const [text, setText] = useState("");
  const trial = useMutation({
    mutationFn: async () => (await post("/guardrails/trial", { body: { text, guardrails: bodyOf(draft) } })).data,
    onError: (error) => failed("The text was not tried", sentence(error)),
  });
  const made = trial.data;
  return (
    <Card title="Try them on a text">
      <form
        className="flex flex-col gap-3 px-4 py-3"
        onSubmit={(e) => {
          e.preventDefault();
          trial.mutate();
        }}
      >
        <Field
          label="A request, a note or a mail"
          hint="By what is on this page, saved or not. Nothing is kept or sent."
        >
          {(w) => <Textarea {...w} maxLength={20_000} value={text} onChange={(e) => setText(e.target.value)} />}
        </Field>
        <p>
          <Button type="submit" disabled={text.trim() === ""} busy={trial.isPending && "Trying"}>
            Try
          </Button>
        </p>
        {made && (
          <div role="status" className="flex flex-col gap-2 text-cell text-fg">
            <p className="flex flex-wrap items-center gap-2">
              {made.declined ? <Badge kind="bad">Declined</Badge> : <Badge kind="ok">Let through</Badge>}
              {made.blocked_topic && <span>It is about “{made.blocked_topic}”.</span>}
            </p>
            <Judged label="Means harm" verdict={made.content} />
            <Judged label="Gives orders" verdict={made.injection} />
            <div>
              <p className="text-meta text-fg-3">As it is sent to another machine, and kept without personal data</p>
              <p className="break-words whitespace-pre-wrap">{made.redacted}</p>
            </div>
          </div>
        )}
      </form>
    </Card>
  );
}

function Judged({ label, verdict }: { label: string; verdict: SafetyVerdict }) {
  return (
    <p className="flex flex-wrap items-baseline gap-2">
      <span>
        {label}: <span className="tnum">{verdict.score} %</span>
      </span>
      <span className="text-meta text-fg-3 tnum">of {verdict.threshold} % that count</span>
      {verdict.sentence && <q className="text-fg-2">{verdict.sentence}</q>}
    </p>
  );
}
