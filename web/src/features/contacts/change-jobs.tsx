import { useState, type SyntheticEvent } from "react";
import { post } from "@/api/client";
import { useFields } from "@/api/shared";
import type { Contact, Ref } from "@/api/types";
import { useLanding } from "@/components/crm/form-errors";
import { RefPicker } from "@/components/crm/pickers";
import { useWrite } from "@/components/crm/use-write";
import { Button } from "@/components/ui/button";
import { Checkbox } from "@/components/ui/checkbox";
import { Field } from "@/components/ui/field";
import { Input } from "@/components/ui/input";
import { Overlay } from "@/components/ui/overlay";
import { today } from "@/lib/format";

const NAMES = { account_id: "account", title: "title", on: "on" } as const;

/** The contact works somewhere else by now: the old account remembers them. */
export function ChangeJobs({ c, onClose }: { c: Contact; onClose: () => void }) {
  const [account, setAccount] = useState<Ref | null>(null);
  const [v, setV] = useState({ title: "", on: today(), keep: false });
  const { errors, above, check, land } = useLanding(NAMES);
  const titled = !useFields("contact").locks("title");
  const save = useWrite(
    () => {
      const title = titled ? { title: v.title.trim() || null } : {};
      const body = { account_id: account?.id ?? null, on: v.on || null, keep: v.keep, ...title };
      return post("/contacts/{id}/move", { path: { id: c.id }, body, ifMatch: c.version });
    },
    () => (account ? `${c.name} moved to ${account.name}` : `${c.name} left ${c.account?.name ?? "the account"}`),
    land,
  );
  const submit = (event: SyntheticEvent) => {
    event.preventDefault();
    const nowhere = !account && !c.account_id;
    if (check(nowhere ? { account: "Choose an account." } : {})) save.mutate(undefined, { onSuccess: onClose });
  };
  const set = (more: Partial<typeof v>) => setV({ ...v, ...more });
  return (
    <Overlay
      open
      onOpenChange={(open) => !open && onClose()}
      title="Changed jobs"
      description={c.account ? `${c.account.name} lists ${c.name} as former from then on.` : `Where ${c.name} works.`}
      footer={
        <>
          <Button onClick={onClose}>Cancel</Button>
          <Button variant="primary" type="submit" form="change-jobs" busy={save.isPending && "Saving"}>
            Save
          </Button>
        </>
      }
    >
      <form id="change-jobs" noValidate className="flex flex-col gap-4" onSubmit={submit}>
        {above && (
          <p role="alert" className="text-cell text-bad-text">
            {above}
          </p>
        )}
        <Field label="Works at" hint="Empty when it is not known." error={errors.account}>
          {(w) => (
            <RefPicker id={w.id} kind="account" value={account} onChange={setAccount} placeholder="Find an account" />
          )}
        </Field>
        {titled && (
          <Field label="Title" error={errors.title}>
            {(w) => <Input {...w} value={v.title} maxLength={200} onChange={(e) => set({ title: e.target.value })} />}
          </Field>
        )}
        <Field label="Since" error={errors.on}>
          {(w) => <Input {...w} type="date" value={v.on} onChange={(e) => set({ on: e.target.value })} />}
        </Field>
        {c.account && (
          <label className="flex min-h-7 items-center gap-2 text-cell pointer-coarse:min-h-11">
            <Checkbox checked={v.keep} onCheckedChange={(on) => set({ keep: on === true })} />
            Still at {c.account.name} too
          </label>
        )}
      </form>
    </Overlay>
  );
}
