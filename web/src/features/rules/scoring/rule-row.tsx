import { useQuery } from "@tanstack/react-query";
import { Trash2 } from "lucide-react";
import { useState } from "react";
import { ExpressionInput } from "@/components/crm/expression/input";
import { vocabularyQuery } from "@/components/crm/expression/query";
import { Verdict, corrected, useVerdict } from "@/components/crm/expression/verdict";
import { Button } from "@/components/ui/button";
import { Field } from "@/components/ui/field";
import { Input } from "@/components/ui/input";
import { plural } from "@/lib/format";
import type { DraftRule } from "./draft";

/** A rule: why, for which leads, how many points. */
export function RuleRow(props: {
  n: number;
  rule: DraftRule;
  /** For how many leads of the trial it was true. */
  met: number | undefined;
  error: (part: "label" | "condition" | "points") => string | undefined;
  readOnly: boolean;
  onChange: (next: Partial<DraftRule>) => void;
  onRemove: () => void;
}) {
  const { n, rule, error, onChange } = props;
  const vocabulary = useQuery(vocabularyQuery("lead_score")).data;
  // What is stored has passed its check: the server is asked of what has been typed since.
  const [stored] = useState(rule.condition);
  const verdict = useVerdict("lead_score", rule.condition === stored ? "" : rule.condition);
  return (
    <li className="border-b border-line px-4 py-3 last:border-b-0">
      <fieldset disabled={props.readOnly} className="grid grid-cols-[minmax(0,1fr)_72px_auto] gap-x-3 gap-y-2">
        <legend className="sr-only">Rule {n}</legend>
        <Field label="Reason" error={error("label")}>
          {(w) => (
            <Input {...w} value={rule.label} maxLength={200} onChange={(e) => onChange({ label: e.target.value })} />
          )}
        </Field>
        <Field label="Points" error={error("points")}>
          {(w) => (
            <Input
              {...w}
              inputMode="numeric"
              className="text-right tnum"
              value={rule.points}
              onChange={(e) => onChange({ points: e.target.value })}
            />
          )}
        </Field>
        {!props.readOnly && (
          <Button
            type="button"
            variant="quiet"
            size="icon"
            className="self-end"
            aria-label={`Remove rule ${n}`}
            onClick={props.onRemove}
          >
            <Trash2 />
          </Button>
        )}
        <div className="col-span-3 [&_textarea]:field-sizing-content [&_textarea]:min-h-8">
          <Field label="For leads of which this is true" error={error("condition")}>
            {(w) => (
              <ExpressionInput
                {...w}
                value={rule.condition}
                vocabulary={vocabulary}
                onChange={(condition) => onChange({ condition })}
              />
            )}
          </Field>
          {verdict && !verdict.ok && (
            <Verdict verdict={verdict} onTake={(p) => onChange({ condition: corrected(rule.condition, p) })} />
          )}
          {props.met !== undefined && (
            <p className="text-meta text-fg-3">True for {plural(props.met, "lead")} of the trial</p>
          )}
        </div>
      </fieldset>
    </li>
  );
}
