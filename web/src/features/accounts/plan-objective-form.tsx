import { useState, type SyntheticEvent } from "react";
import { useMe } from "@/api/shared";
import type { PlanObjective, Ref } from "@/api/types";
import { useLanding } from "@/components/crm/form-errors";
import { RefPicker } from "@/components/crm/pickers";
import { Button } from "@/components/ui/button";
import { Field } from "@/components/ui/field";
import { Input, Select } from "@/components/ui/input";
import { Overlay } from "@/components/ui/overlay";
import { parseAmount, typedNumber } from "@/lib/parse";
import type { PlanProps } from "./plan-view";
import { isMoney, MEASURES, STATES } from "./plan-words";
import { sentObjective, usePlanWrite } from "./use-plan-write";

type Name = "title" | "owner" | "due" | "target";
const SERVER: Record<string, Name> = {
  title: "title",
  owner_id: "owner",
  due_on: "due",
  target_amount: "target",
  target_count: "target",
};

const valuesOf = (o: PlanObjective | null) => ({
  title: o?.title ?? "",
  due: o?.due_on ?? "",
  state: o?.state ?? "planned",
  measure: o?.measure ?? "none",
  target: o?.target_amount ? typedNumber(o.target_amount.amount) : String(o?.target_count ?? ""),
});

export function PlanObjectiveForm(props: PlanProps & { objective: PlanObjective | null; onClose: () => void }) {
  const { account, plan, objective, onClose } = props;
  const currency = useMe().organisation.currency;
  const [owner, setOwner] = useState<Ref | null>(objective?.owner ?? null);
  const [v, setV] = useState(() => valuesOf(objective));
  const at = objective ? plan.objectives.indexOf(objective) : plan.objectives.length;
  const names = Object.fromEntries(Object.entries(SERVER).map(([name, own]) => [`objectives.${at}.${name}`, own]));
  const { errors, above, check, land } = useLanding<Name>(names);
  const save = usePlanWrite(account, plan, () => "Plan changed", land);
  const money = isMoney(v.measure);
  const submit = (event: SyntheticEvent) => {
    event.preventDefault();
    const measured = v.measure !== "none";
    const amount = parseAmount(v.target);
    const wrong = {
      ...(v.title.trim() ? {} : { title: "Say what is to be done." }),
      ...(measured && !(Number(amount) > 0) ? { target: "A number above 0." } : {}),
    };
    if (!check(wrong)) return;
    const sent = {
      ...(objective ? { id: objective.id } : {}),
      title: v.title.trim(),
      owner_id: owner?.id ?? null,
      due_on: v.due || null,
      state: v.state,
      measure: v.measure,
      target_amount: measured && money && amount ? { amount, currency } : null,
      target_count: measured && !money ? Math.round(Number(amount)) : null,
    };
    const objectives = plan.objectives.map((o) => (o === objective ? sent : sentObjective(o)));
    save.mutate({ objectives: objective ? objectives : [...objectives, sent] }, { onSuccess: onClose });
  };
  const set = (more: Partial<typeof v>) => setV({ ...v, ...more });
  return (
    <Overlay
      open
      onOpenChange={(open) => !open && onClose()}
      title={objective ? "Objective" : "Add an objective"}
      footer={
        <>
          <Button onClick={onClose}>Cancel</Button>
          <Button variant="primary" type="submit" form="plan-objective" busy={save.isPending && "Saving"}>
            {objective ? "Save" : "Add objective"}
          </Button>
        </>
      }
    >
      <form id="plan-objective" noValidate className="flex flex-col gap-4" onSubmit={submit}>
        {above && (
          <p role="alert" className="text-cell text-bad-text">
            {above}
          </p>
        )}
        <Field label="Objective" required error={errors.title}>
          {(w) => <Input {...w} value={v.title} maxLength={300} onChange={(e) => set({ title: e.target.value })} />}
        </Field>
        <Field label="Owner" error={errors.owner}>
          {(w) => <RefPicker id={w.id} kind="user" value={owner} onChange={setOwner} placeholder="Choose a person" />}
        </Field>
        <div className="grid grid-cols-2 gap-3">
          <Field label="Due" error={errors.due}>
            {(w) => <Input {...w} type="date" value={v.due} onChange={(e) => set({ due: e.target.value })} />}
          </Field>
          <Pick label="Status" value={v.state} words={STATES} onChange={(state) => set({ state })} />
        </div>
        <Pick label="Measured by" value={v.measure} words={MEASURES} onChange={(measure) => set({ measure })} />
        {v.measure !== "none" && (
          <Field label={money ? `Target, ${currency}` : "Target, deals"} required error={errors.target}>
            {(w) => (
              <Input {...w} inputMode="decimal" value={v.target} onChange={(e) => set({ target: e.target.value })} />
            )}
          </Field>
        )}
      </form>
    </Overlay>
  );
}

function Pick<T extends string>(props: {
  label: string;
  value: T;
  words: Record<T, string>;
  onChange: (value: T) => void;
}) {
  return (
    <Field label={props.label}>
      {(w) => (
        <Select {...w} value={props.value} onChange={(e) => props.onChange(e.target.value as T)}>
          {Object.entries<string>(props.words).map(([value, text]) => (
            <option key={value} value={value}>
              {text}
            </option>
          ))}
        </Select>
      )}
    </Field>
  );
}
