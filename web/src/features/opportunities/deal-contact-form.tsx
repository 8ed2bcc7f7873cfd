import { useState, type SyntheticEvent } from "react";
import { put } from "@/api/client";
import { useFields, useOptions } from "@/api/shared";
import type { DealContact, Opportunity, Ref } from "@/api/types";
import { useLanding } from "@/components/crm/form-errors";
import { RefPicker } from "@/components/crm/pickers";
import { Button } from "@/components/ui/button";
import { Checkbox } from "@/components/ui/checkbox";
import { Field } from "@/components/ui/field";
import { Select, Textarea } from "@/components/ui/input";
import { Overlay } from "@/components/ui/overlay";
import { usePart } from "./parts-query";

interface Values {
  contact: Ref | null;
  role: string;
  note: string;
  primary: boolean;
}

const NAMES = { contact_id: "contact", role_id: "role", note: "note" } as const;

export function ContactForm(props: { o: Opportunity; item: DealContact | null; onClose: () => void }) {
  const { o, item } = props;
  const [v, setV] = useState<Values>({
    contact: item && { id: item.contact_id, name: item.contact?.name ?? "This contact" },
    role: item?.role_id ?? "",
    note: item?.note ?? "",
    primary: item?.primary ?? false,
  });
  const { errors, above, check, land } = useLanding(NAMES);
  const mayChoose = !useFields("opportunity").locks("primary_contact_id");
  const set = (more: Partial<Values>) => setV({ ...v, ...more });
  const roles = useOptions("contact_role", item?.role_id);
  const save = usePart(
    (contact: Ref) =>
      put("/opportunities/{id}/contacts/{contact_id}", {
        path: { id: o.id, contact_id: contact.id },
        body: { role_id: v.role || null, note: v.note || null, ...(mayChoose ? { primary: v.primary } : {}) },
      }),
    (contact) => (item ? `${contact.name} changed` : `${contact.name} is on the deal`),
    land,
  );
  const submit = (event: SyntheticEvent) => {
    event.preventDefault();
    if (check(v.contact ? {} : { contact: "Choose a contact." }) && v.contact)
      save.mutate(v.contact, { onSuccess: props.onClose });
  };
  return (
    <Overlay
      open
      onOpenChange={(open) => !open && props.onClose()}
      title={item ? (v.contact?.name ?? "") : "Add a contact"}
      footer={
        <>
          <Button onClick={props.onClose}>Cancel</Button>
          <Button variant="primary" type="submit" form="deal-contact" busy={save.isPending && "Saving"}>
            {item ? "Save contact" : "Add contact"}
          </Button>
        </>
      }
    >
      <form id="deal-contact" noValidate className="flex flex-col gap-4" onSubmit={submit}>
        {above && (
          <p role="alert" className="text-cell text-bad-text">
            {above}
          </p>
        )}
        {!item && (
          <Field label="Contact" required error={errors.contact}>
            {(w) => (
              <RefPicker
                id={w.id}
                kind="contact"
                value={v.contact}
                onChange={(contact) => set({ contact })}
                placeholder="Find a contact"
              />
            )}
          </Field>
        )}
        <Field label="Role" error={errors.role}>
          {(w) => (
            <Select {...w} value={v.role} onChange={(e) => set({ role: e.target.value })}>
              <option value="">No role</option>
              {roles.map((r) => (
                <option key={r.id} value={r.id}>
                  {r.name}
                </option>
              ))}
            </Select>
          )}
        </Field>
        <Field label="Note" error={errors.note}>
          {(w) => <Textarea {...w} value={v.note} maxLength={2000} onChange={(e) => set({ note: e.target.value })} />}
        </Field>
        {mayChoose && (
          <label className="flex min-h-7 items-center gap-2 text-cell pointer-coarse:min-h-11">
            <Checkbox checked={v.primary} onCheckedChange={(on) => set({ primary: on === true })} />
            The deal’s primary contact
          </label>
        )}
      </form>
    </Overlay>
  );
}
