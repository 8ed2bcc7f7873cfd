import { useState, type SyntheticEvent } from "react";
import { post } from "@/api/client";
import { useMe } from "@/api/shared";
import type { Account } from "@/api/types";
import { useLanding } from "@/components/crm/form-errors";
import { useWrite } from "@/components/crm/use-write";
import { Button } from "@/components/ui/button";
import { Checkbox } from "@/components/ui/checkbox";
import { Field } from "@/components/ui/field";
import { Input, Select, Textarea } from "@/components/ui/input";
import { Overlay } from "@/components/ui/overlay";
import { today } from "@/lib/format";
import { parseAmount } from "@/lib/parse";
import { periodsFrom, periodWords, quarterOf } from "./periods";

const NAMES = { period: "period", target: "target", goal: "goal" } as const;

interface Props {
  account: Account;
  taken: string[];
  onMade: (id: string) => void;
  onClose: () => void;
}

export function NewPlan({ account, taken, onMade, onClose }: Props) {
  const currency = useMe().organisation.currency;
  const free = periodsFrom(today()).filter((p) => !taken.includes(p));
  const usual = free.includes(quarterOf(today())) ? quarterOf(today()) : (free[0] ?? "");
  const [v, setV] = useState({ period: usual, target: "", goal: "", below: true });
  const { errors, above, check, land } = useLanding(NAMES);
  const save = useWrite(
    (amount: string | null) =>
      post("/accounts/{id}/plans", {
        path: { id: account.id },
        body: {
          period: v.period,
          goal: v.goal || null,
          target: amount ? { amount, currency } : null,
          with_below: v.below,
        },
      }),
    () => `Plan for ${periodWords(v.period)} made`,
    land,
  );
  const submit = (event: SyntheticEvent) => {
    event.preventDefault();
    const amount = v.target.trim() ? parseAmount(v.target) : null;
    if (check(v.target.trim() && amount === null ? { target: "This is no amount." } : {}))
      save.mutate(amount, { onSuccess: ({ data }) => onMade(data.id) });
  };
  const set = (more: Partial<typeof v>) => setV({ ...v, ...more });
  return (
    <Overlay
      open
      onOpenChange={(open) => !open && onClose()}
      title="New plan"
      description={`What you mean to reach at ${account.name}.`}
      footer={
        <>
          <Button onClick={onClose}>Cancel</Button>
          <Button variant="primary" type="submit" form="new-plan" busy={save.isPending && "Saving"}>
            Make plan
          </Button>
        </>
      }
    >
      <form id="new-plan" noValidate className="flex flex-col gap-4" onSubmit={submit}>
        {above && (
          <p role="alert" className="text-cell text-bad-text">
            {above}
          </p>
        )}
        <div className="grid grid-cols-2 gap-3">
          <Field label="Period" required error={errors.period}>
            {(w) => (
              <Select {...w} value={v.period} onChange={(e) => set({ period: e.target.value })}>
                {free.map((p) => (
                  <option key={p} value={p}>
                    {periodWords(p)}
                  </option>
                ))}
              </Select>
            )}
          </Field>
          <Field label={`Target, ${currency}`} error={errors.target}>
            {(w) => (
              <Input {...w} inputMode="decimal" value={v.target} onChange={(e) => set({ target: e.target.value })} />
            )}
          </Field>
        </div>
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
