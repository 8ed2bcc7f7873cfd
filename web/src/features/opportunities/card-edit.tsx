import { useQuery, useQueryClient } from "@tanstack/react-query";
import { useState, type SyntheticEvent } from "react";
import { patch } from "@/api/client";
import { isApiError, isGone } from "@/api/problem";
import { useFields, useMe } from "@/api/shared";
import type { Opportunity } from "@/api/types";
import { patchRecord } from "@/components/crm/cache";
import { useLanding } from "@/components/crm/form-errors";
import { GoneNote, useFieldNotes } from "@/components/crm/live/field-note";
import { gone } from "@/components/crm/live/marks";
import { useLiveDraft } from "@/components/crm/live/use-live-draft";
import { Restored } from "@/components/crm/new-record/restored";
import { showValue } from "@/components/crm/show-value";
import { useTold } from "@/components/crm/use-undo";
import { Button } from "@/components/ui/button";
import { Field } from "@/components/ui/field";
import { Input } from "@/components/ui/input";
import { Overlay } from "@/components/ui/overlay";
import { parseAmount } from "@/lib/parse";
import { opportunityQuery } from "./queries";

const NAMES = { name: "name", amount: "amount", close_date: "close_date", next_step: "next_step" } as const;
type Name = keyof typeof NAMES;
type Values = Record<Name, string>;
const ALL = Object.keys(NAMES) as Name[];

const valuesOf = (o: Opportunity): Values => ({
  name: o.name,
  amount: o.amount?.amount.replace(/\.00$/, "") ?? "",
  close_date: o.close_date ?? "",
  next_step: o.next_step ?? "",
});

/** The key fields of a deal, changed in one go; only what was changed is sent. */
export function CardEdit({ o: seen, onClose }: { o: Opportunity; onClose: () => void }) {
  // As it is by now: others change it while it is open.
  const { data, error: unread } = useQuery({ ...opportunityQuery(seen.id), staleTime: 0, retry: false });
  const o: Opportunity = data ?? seen;
  const away = gone.useOf((all) => seen.id in all) || isGone(unread);
  const client = useQueryClient();
  const told = useTold();
  const fields = useFields("opportunity");
  const base = useMe().organisation.currency;
  const live = useLiveDraft({ type: "opportunity", id: o.id }, valuesOf(o));
  const v = live.draft;
  const note = useFieldNotes(o.id, live, NAMES, (name) => showValue(client, name, o[name]));
  const [busy, setBusy] = useState(false);
  const { errors, above, check, land } = useLanding<Name>(NAMES);
  const currency = o.amount?.currency ?? base;
  const close = () => {
    live.forget();
    onClose();
  };
  const submit = async (event: SyntheticEvent) => {
    event.preventDefault();
    const amount = v.amount.trim() === "" ? null : parseAmount(v.amount);
    const wrong = {
      ...(v.name.trim() ? {} : { name: "Name the opportunity." }),
      ...(amount === null && v.amount.trim() ? { amount: "Enter an amount, like 50,000 or 50k." } : {}),
    };
    if (!check(wrong)) return;
    const body: Record<string, unknown> = {};
    for (const name of ALL) if (name in live.changed) body[name] = v[name].trim() || null;
    if ("amount" in body) body.amount = amount === null ? null : { amount, currency };
    if (Object.keys(body).length === 0) {
      close();
      return;
    }
    setBusy(true);
    try {
      const sent = await patch("/opportunities/{id}", { path: { id: o.id }, body, ifMatch: o.version });
      patchRecord<Opportunity>(client, "opportunities", o.id, (old) => ({ ...old, ...sent.data }));
      void client.invalidateQueries({ queryKey: ["timeline"] });
      told(`Changed ${sent.data.name}`, sent.eventId);
      close();
    } catch (error) {
      const moved = isApiError(error, "version_conflict");
      if (moved) void client.invalidateQueries({ queryKey: ["opportunities"] });
      land(moved ? new Error("Someone changed the deal just now. It has been read anew: save again.") : error);
    } finally {
      setBusy(false);
    }
  };
  const input = (name: Name, label: string, more: React.ComponentProps<typeof Input> = {}) =>
    !fields.locks(name) && (
      <Field label={label} required={name === "name"} error={errors[name]} hint={note(name)}>
        {(w) => (
          <Input
            {...w}
            {...more}
            readOnly={away}
            value={v[name]}
            onChange={(e) => live.put({ [name]: e.target.value })}
          />
        )}
      </Field>
    );
  return (
    <Overlay
      open
      onOpenChange={(open) => !open && close()}
      title="Edit opportunity"
      description={o.account?.name ?? o.name}
      footer={
        <>
          <Button onClick={close}>Cancel</Button>
          <Button variant="primary" type="submit" form="card-edit" disabled={away} busy={busy && "Saving"}>
            Save
          </Button>
        </>
      }
    >
      <form id="card-edit" noValidate className="flex flex-col gap-4" onSubmit={(e) => void submit(e)}>
        {live.restored !== null && <Restored at={live.restored} onAnew={live.forget} />}
        {away && <GoneNote what="opportunity" />}
        {above && (
          <p role="alert" className="text-cell text-bad-text">
            {above}
          </p>
        )}
        {input("name", "Name", { autoFocus: true, maxLength: 500 })}
        <div className="grid grid-cols-2 gap-3">
          {input("amount", `Amount, ${currency}`, {
            inputMode: "decimal",
            className: "tnum",
            disabled: o.amount_from_lines,
          })}
          {input("close_date", "Close date", { type: "date" })}
        </div>
        {input("next_step", "Next step", { maxLength: 2000 })}
      </form>
    </Overlay>
  );
}
