import { useState, type SyntheticEvent } from "react";
import { patch, post } from "@/api/client";
import { useFields } from "@/api/shared";
import type { Affiliation, Contact, Ref } from "@/api/types";
import { useLanding } from "@/components/crm/form-errors";
import { RefPicker } from "@/components/crm/pickers";
import { useWrite } from "@/components/crm/use-write";
import { Button } from "@/components/ui/button";
import { Field } from "@/components/ui/field";
import { Input } from "@/components/ui/input";
import { Overlay } from "@/components/ui/overlay";

const NAMES = { account_id: "account", title: "title", started_on: "from", ended_on: "until" } as const;

/** A contact's time at an account: one more, or a change of one. */
export function AffiliationForm(props: { c: Contact; item: Affiliation | null; onClose: () => void }) {
  const { c, item } = props;
  const [account, setAccount] = useState<Ref | null>(item?.account ?? null);
  const [v, setV] = useState({
    title: item?.title ?? "",
    from: item?.started_on ?? "",
    until: item?.ended_on ?? "",
  });
  const { errors, above, check, land } = useLanding(NAMES);
  const titled = !useFields("contact").locks("title") && !item?.primary;
  const save = useWrite(
    (at: Ref) => {
      const times = { started_on: v.from || null, ...(item?.primary ? {} : { ended_on: v.until || null }) };
      const body = { ...times, ...(titled ? { title: v.title.trim() || null } : {}) };
      const path = { id: c.id };
      return item
        ? patch("/contacts/{id}/accounts/{affiliation_id}", {
            path: { ...path, affiliation_id: item.id },
            body,
            ifMatch: c.version,
          })
        : post("/contacts/{id}/accounts", { path, body: { ...body, account_id: at.id }, ifMatch: c.version });
    },
    (at) => (item ? `${at.name} changed` : `${c.name} is at ${at.name}`),
    land,
  );
  const submit = (event: SyntheticEvent) => {
    event.preventDefault();
    const order = v.from && v.until && v.from > v.until;
    const wrong = {
      ...(account ? {} : { account: "Choose an account." }),
      ...(order ? { until: "Not before it began." } : {}),
    };
    if (check(wrong) && account) save.mutate(account, { onSuccess: props.onClose });
  };
  const set = (more: Partial<typeof v>) => setV({ ...v, ...more });
  return (
    <Overlay
      open
      onOpenChange={(open) => !open && props.onClose()}
      title={item ? item.account.name : "Add an account"}
      {...(item ? {} : { description: `Where ${c.name} works too, or did.` })}
      footer={
        <>
          <Button onClick={props.onClose}>Cancel</Button>
          <Button variant="primary" type="submit" form="affiliation" busy={save.isPending && "Saving"}>
            {item ? "Save" : "Add account"}
          </Button>
        </>
      }
    >
      <form id="affiliation" noValidate className="flex flex-col gap-4" onSubmit={submit}>
        {above && (
          <p role="alert" className="text-cell text-bad-text">
            {above}
          </p>
        )}
        {!item && (
          <Field label="Account" required error={errors.account}>
            {(w) => (
              <RefPicker id={w.id} kind="account" value={account} onChange={setAccount} placeholder="Find an account" />
            )}
          </Field>
        )}
        {titled && (
          <Field label="Title" error={errors.title}>
            {(w) => <Input {...w} value={v.title} maxLength={200} onChange={(e) => set({ title: e.target.value })} />}
          </Field>
        )}
        <div className="grid grid-cols-2 gap-3">
          <Field label="From" error={errors.from}>
            {(w) => <Input {...w} type="date" value={v.from} onChange={(e) => set({ from: e.target.value })} />}
          </Field>
          {!item?.primary && (
            <Field label="Until" error={errors.until}>
              {(w) => <Input {...w} type="date" value={v.until} onChange={(e) => set({ until: e.target.value })} />}
            </Field>
          )}
        </div>
      </form>
    </Overlay>
  );
}
