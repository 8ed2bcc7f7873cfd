import { useState, type SyntheticEvent } from "react";
import { put } from "@/api/client";
import { useOptions } from "@/api/shared";
import type { DealContact, Opportunity, Ref } from "@/api/types";
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

export function ContactForm(props: { o: Opportunity; item: DealContact | null; onClose: () => void }) {
  const { o, item } = props;
  const [v, setV] = useState<Values>({
    contact: item && { id: item.contact_id, name: item.contact?.name ?? "This contact" },
    role: item?.role_id ?? "",
    note: item?.note ?? "",
    primary: item?.primary ?? false,
  });
  const [tried, setTried] = useState(false);
  const set = (more: Partial<Values>) => setV({ ...v, ...more });
  const roles = useOptions("contact_role", item?.role_id);
  const save = usePart(
    (contact: Ref) =>
      put("/opportunities/{id}/contacts/{contact_id}", {
        path: { id: o.id, contact_id: contact.id },
        body: { role_id: v.role || null, note: v.note || null, primary: v.primary },
      }),
    (contact) => (item ? `${contact.name} changed` : `${contact.name} is on the deal`),
  );
  const submit = (event: SyntheticEvent) => {
    event.preventDefault();
    setTried(true);
    if (v.contact) save.mutate(v.contact, { onSuccess: props.onClose });
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
        {!item && (
          <Field label="Contact" required error={tried && !v.contact ? "Choose a contact." : undefined}>
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
        <Field label="Role">
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
        <Field label="Note">
          {(w) => <Textarea {...w} value={v.note} maxLength={2000} onChange={(e) => set({ note: e.target.value })} />}
        </Field>
        <label className="flex min-h-7 items-center gap-2 text-cell pointer-coarse:min-h-11">
          <Checkbox checked={v.primary} onCheckedChange={(on) => set({ primary: on === true })} />
          The deal’s primary contact
        </label>
      </form>
    </Overlay>
  );
}
