import { useState, type SyntheticEvent } from "react";
import type { PlanPerson, Ref } from "@/api/types";
import { useLanding } from "@/components/crm/form-errors";
import { RefPicker } from "@/components/crm/pickers";
import { Button } from "@/components/ui/button";
import { Field } from "@/components/ui/field";
import { Input, Select, Textarea } from "@/components/ui/input";
import { Overlay } from "@/components/ui/overlay";
import type { PlanProps } from "./plan-view";
import { ATTITUDES, INFLUENCES } from "./plan-words";
import { sentPerson, usePlanWrite } from "./use-plan-write";

const CHOICES = [
  ["influence", "Influence", INFLUENCES],
  ["attitude", "Attitude", ATTITUDES],
] as const;

export function PlanPersonForm(props: PlanProps & { person: PlanPerson | null; onClose: () => void }) {
  const { account, plan, person, onClose } = props;
  const [contact, setContact] = useState<Ref | null>(null);
  const [v, setV] = useState({
    role: person?.role ?? "",
    influence: person?.influence ?? "medium",
    attitude: person?.attitude ?? "unknown",
    note: person?.note ?? "",
  });
  const at = person ? plan.people.indexOf(person) : plan.people.length;
  const field = (name: string) => `people.${at}.${name}`;
  const { errors, above, check, land } = useLanding<"contact" | "role" | "note">({
    [field("contact_id")]: "contact",
    [field("role")]: "role",
    [field("note")]: "note",
  });
  const id = person?.contact_id ?? contact?.id;
  const save = usePlanWrite(account, plan, () => "Plan changed", land);
  const submit = (event: SyntheticEvent) => {
    event.preventDefault();
    const twice = !person && plan.people.some((p) => p.contact_id === id);
    const wrong = !id ? "Choose a contact." : twice ? "This person is on the plan already." : null;
    if (!check(wrong ? { contact: wrong } : {}) || !id) return;
    const sent = { ...v, contact_id: id, role: v.role || null, note: v.note || null };
    const people = plan.people.map((p) => (p === person ? sent : sentPerson(p)));
    save.mutate({ people: person ? people : [...people, sent] }, { onSuccess: onClose });
  };
  const set = (more: Partial<typeof v>) => setV({ ...v, ...more });
  return (
    <Overlay
      open
      onOpenChange={(open) => !open && onClose()}
      title={person ? (person.contact?.name ?? "A person") : "Add a person"}
      footer={
        <>
          <Button onClick={onClose}>Cancel</Button>
          <Button variant="primary" type="submit" form="plan-person" busy={save.isPending && "Saving"}>
            {person ? "Save" : "Add person"}
          </Button>
        </>
      }
    >
      <form id="plan-person" noValidate className="flex flex-col gap-4" onSubmit={submit}>
        {above && (
          <p role="alert" className="text-cell text-bad-text">
            {above}
          </p>
        )}
        {!person && (
          <Field label="Contact" required error={errors.contact}>
            {(w) => (
              <RefPicker id={w.id} kind="contact" value={contact} onChange={setContact} placeholder="Find a contact" />
            )}
          </Field>
        )}
        <Field label="Role" error={errors.role}>
          {(w) => <Input {...w} value={v.role} maxLength={100} onChange={(e) => set({ role: e.target.value })} />}
        </Field>
        <div className="grid grid-cols-2 gap-3">
          {CHOICES.map(([name, label, words]) => (
            <Field key={name} label={label}>
              {(w) => (
                <Select {...w} value={v[name]} onChange={(e) => set({ [name]: e.target.value })}>
                  {Object.entries(words).map(([value, text]) => (
                    <option key={value} value={value}>
                      {text}
                    </option>
                  ))}
                </Select>
              )}
            </Field>
          ))}
        </div>
        <Field label="Note" error={errors.note}>
          {(w) => <Textarea {...w} value={v.note} maxLength={1000} onChange={(e) => set({ note: e.target.value })} />}
        </Field>
      </form>
    </Overlay>
  );
}
