import { useState, type SyntheticEvent } from "react";
import { useMe } from "@/api/shared";
import { useLanding } from "@/components/crm/form-errors";
import { Button } from "@/components/ui/button";
import { Checkbox } from "@/components/ui/checkbox";
import { Field } from "@/components/ui/field";
import { Input, Textarea } from "@/components/ui/input";
import { Overlay } from "@/components/ui/overlay";
import { parseAmount, typedNumber } from "@/lib/parse";
import type { PlanProps } from "./plan-view";
import { usePlanWrite } from "./use-plan-write";

const NAMES = { target: "target", goal: "goal" } as const;

export function PlanTarget({ account, plan, onClose }: PlanProps & { onClose: () => void }) {
  const currency = useMe().organisation.currency;
  const [v, setV] = useState({
    target: plan.target ? typedNumber(plan.target.amount) : "",
    goal: plan.goal ?? "",
    below: plan.with_below,
  });
  const { errors, above, check, land } = useLanding(NAMES);
  const save = usePlanWrite(account, plan, () => "Plan changed", land);
  const submit = (event: SyntheticEvent) => {
    event.preventDefault();
    const amount = v.target.trim() ? parseAmount(v.target) : null;
    if (!check(v.target.trim() && amount === null ? { target: "This is no amount." } : {})) return;
    const target = amount ? { amount, currency } : null;
    save.mutate({ goal: v.goal || null, with_below: v.below, target }, { onSuccess: onClose });
  };
  const set = (more: Partial<typeof v>) => setV({ ...v, ...more });
  return (
    <Overlay
      open
      onOpenChange={(open) => !open && onClose()}
      title="Goal and target"
      footer={
        <>
          <Button onClick={onClose}>Cancel</Button>
          <Button variant="primary" type="submit" form="plan-target" busy={save.isPending && "Saving"}>
            Save
          </Button>
        </>
      }
    >
      <form id="plan-target" noValidate className="flex flex-col gap-4" onSubmit={submit}>
        {above && (
          <p role="alert" className="text-cell text-bad-text">
            {above}
          </p>
        )}
        <Field label={`Target, ${currency}`} error={errors.target}>
          {(w) => (
            <Input {...w} inputMode="decimal" value={v.target} onChange={(e) => set({ target: e.target.value })} />
          )}
        </Field>
        <Field label="Goal" error={errors.goal}>
          {(w) => <Textarea {...w} value={v.goal} maxLength={2000} onChange={(e) => set({ goal: e.target.value })} />}
        </Field>
        <label className="flex min-h-7 items-center gap-2 text-cell pointer-coarse:min-h-11">
          <Checkbox checked={v.below} onCheckedChange={(on) => set({ below: on === true })} />
          Count the deals of accounts below it too
        </label>
      </form>
    </Overlay>
  );
}
