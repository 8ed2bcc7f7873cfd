/** Texts of a plan, edited together. */
import { Pencil } from "lucide-react";
import { useState, type SyntheticEvent } from "react";
import type { AccountPlan } from "@/api/types";
import { useLanding } from "@/components/crm/form-errors";
import { Button } from "@/components/ui/button";
import { Field } from "@/components/ui/field";
import { Textarea } from "@/components/ui/input";
import { Overlay } from "@/components/ui/overlay";
import { Card } from "@/components/ui/states";
import type { PlanProps } from "./plan-view";
import { usePlanWrite } from "./use-plan-write";

type TextField = "strategy" | "strengths" | "weaknesses" | "opportunities" | "threats" | "white_space";
interface TextSpec {
  field: TextField;
  label: string;
  max?: number;
  rows?: number;
}
type Props = PlanProps & { title: string; fields: TextSpec[] };

const said = (plan: AccountPlan, field: TextField): string => plan[field] ?? "";

export function PlanText(props: Props) {
  const { account, plan, fields, title } = props;
  const [editing, setEditing] = useState(false);
  const filled = fields.filter(({ field }) => said(plan, field));
  return (
    <Card
      title={title}
      aside={
        account.may.update && (
          <Button variant="quiet" size="iconRow" aria-label={`Edit ${title}`} onClick={() => setEditing(true)}>
            <Pencil />
          </Button>
        )
      }
    >
      <div className="flex flex-col gap-3 px-4 py-3 text-cell">
        {filled.length === 0 && <p className="text-fg-3">Nothing written yet.</p>}
        {filled.map(({ field, label }) => (
          <div key={field}>
            {fields.length > 1 && <h3 className="text-meta font-medium text-fg-3">{label}</h3>}
            <p className="break-words whitespace-pre-wrap text-fg">{said(plan, field)}</p>
          </div>
        ))}
      </div>
      {editing && <TextForm {...props} onClose={() => setEditing(false)} />}
    </Card>
  );
}

function TextForm({ account, plan, title, fields, onClose }: Props & { onClose: () => void }) {
  const [v, setV] = useState<Partial<Record<TextField, string>>>(() =>
    Object.fromEntries(fields.map(({ field }) => [field, said(plan, field)])),
  );
  const names = Object.fromEntries(fields.map(({ field }) => [field, field])) as Record<string, TextField>;
  const { errors, above, land } = useLanding(names);
  const save = usePlanWrite(account, plan, () => `${title} changed`, land);
  const submit = (event: SyntheticEvent) => {
    event.preventDefault();
    const body = Object.fromEntries(Object.entries(v).map(([field, text]) => [field, text.trim() || null]));
    save.mutate(body, { onSuccess: onClose });
  };
  return (
    <Overlay
      open
      shape="wide"
      onOpenChange={(open) => !open && onClose()}
      title={title}
      footer={
        <>
          <Button onClick={onClose}>Cancel</Button>
          <Button variant="primary" type="submit" form="plan-text" busy={save.isPending && "Saving"}>
            Save
          </Button>
        </>
      }
    >
      <form id="plan-text" noValidate className="flex flex-col gap-4" onSubmit={submit}>
        {above && (
          <p role="alert" className="text-cell text-bad-text">
            {above}
          </p>
        )}
        {fields.map(({ field, label, max = 5000, rows = 4 }) => (
          <Field key={field} label={label} error={errors[field]}>
            {(w) => (
              <Textarea
                {...w}
                rows={rows}
                maxLength={max}
                value={v[field] ?? ""}
                onChange={(e) => setV({ ...v, [field]: e.target.value })}
              />
            )}
          </Field>
        ))}
      </form>
    </Overlay>
  );
}
