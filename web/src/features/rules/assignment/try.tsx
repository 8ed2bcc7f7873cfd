import { useMutation, useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { post } from "@/api/client";
import { sentence } from "@/api/problem";
import type { AssignmentTrialResult, NewAssignmentRule } from "@/api/types";
import { Button } from "@/components/ui/button";
import { Combobox } from "@/components/ui/combobox";
import { PersonMark } from "@/components/ui/marks";
import { Card } from "@/components/ui/states";
import { cn } from "@/lib/cn";
import { useRested } from "@/lib/hooks";
import { recordsQuery, type Found } from "../queries";
import { OUTCOMES, REASONS } from "./words";

/** Which rule takes a lead, and who would get it. Nothing is changed; a rule that is being written counts as it is. */
export function TryOnLead(props: { draft?: () => NewAssignmentRule | null; draftId?: string | undefined }) {
  const [text, setText] = useState("");
  const [lead, setLead] = useState<Found | null>(null);
  const leads = useQuery(recordsQuery("lead", useRested(text.trim(), 150)));
  const trial = useMutation({
    mutationFn: async (lead_id: string) => {
      const body = { lead_id, draft: props.draft?.() ?? null, draft_id: props.draftId ?? null };
      return (await post("/assignment-rules/trial", { body })).data;
    },
  });
  const pick = (id: string | null) => {
    const found = leads.data?.find((r) => r.id === id) ?? lead;
    setLead(found);
    if (found) trial.mutate(found.id);
  };
  return (
    <Card
      title="Try on a lead"
      aside={
        lead && (
          <Button size="card" type="button" busy={trial.isPending && "Trying"} onClick={() => trial.mutate(lead.id)}>
            Try again
          </Button>
        )
      }
    >
      <div className="flex flex-col gap-3 px-4 py-3">
        <Combobox
          label={lead?.name ?? <span className="text-fg-3">Choose a lead</span>}
          choices={(leads.data ?? []).map((r) => ({ value: r.id, label: r.name }))}
          busy={leads.isFetching}
          value={lead?.id ?? null}
          onSearch={setText}
          onChange={pick}
          className="max-w-sm"
        />
        <div role="status" className="flex flex-col gap-2 text-cell">
          {trial.error && <p className="text-bad-text">{sentence(trial.error)}</p>}
          {!trial.data && !trial.error && (
            <p className="text-fg-3">Says which rule takes it and who would get it. Nothing is changed.</p>
          )}
          {trial.data && <Verdict told={trial.data} />}
        </div>
      </div>
    </Card>
  );
}

function Verdict({ told }: { told: AssignmentTrialResult }) {
  return (
    <>
      {told.owner ? (
        <p className="flex flex-wrap items-center gap-1.5 text-fg">
          <PersonMark id={told.owner.id} name={told.owner.name} />
          <span className="font-medium">{told.owner.name}</span> would get it
          {told.because && <span className="text-fg-2">: {REASONS[told.because]}.</span>}
        </p>
      ) : (
        <p className="text-fg">No rule takes it: it stays with who brought it.</p>
      )}
      <ol className="flex flex-col gap-0.5">
        {told.rules.map((rule, at) => (
          <li key={rule.id ?? `draft-${at}`} className="flex flex-wrap gap-x-1.5 text-fg-3">
            <span className={cn(rule.outcome === "takes" && "font-medium text-fg")}>{rule.name}</span>
            <span
              className={cn(rule.outcome === "takes" && "text-ok-text", rule.outcome === "fails" && "text-bad-text")}
            >
              {OUTCOMES[rule.outcome]}
              {rule.problem && `: ${rule.problem}`}
            </span>
          </li>
        ))}
      </ol>
    </>
  );
}
