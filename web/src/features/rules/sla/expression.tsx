import { useQuery } from "@tanstack/react-query";
import type { SlaObject } from "@/api/types";
import { Field } from "@/components/ui/field";
import { ExpressionInput } from "@/components/crm/expression/input";
import { vocabularyQuery } from "@/components/crm/expression/query";
import { corrected, useVerdict, Verdict } from "@/components/crm/expression/verdict";

/** An expression about the record, with what is wrong with it. */
export function Expression(props: {
  label: string;
  hint: string;
  object: SlaObject;
  value: string;
  required?: boolean;
  error: string | undefined;
  onChange: (text: string) => void;
}) {
  const vocabulary = useQuery(vocabularyQuery(props.object)).data;
  const verdict = useVerdict(props.object, props.value);
  return (
    <div className="flex flex-col gap-1">
      <Field label={props.label} required={props.required ?? false} error={props.error} hint={props.hint}>
        {(w) => <ExpressionInput {...w} value={props.value} onChange={props.onChange} vocabulary={vocabulary} />}
      </Field>
      {props.value.trim() !== "" && (
        <Verdict verdict={verdict} onTake={(problem) => props.onChange(corrected(props.value, problem))} />
      )}
    </div>
  );
}
