import { useMutation, useQuery } from "@tanstack/react-query";
import { X } from "lucide-react";
import { useState } from "react";
import { post, remove } from "@/api/client";
import { sentence } from "@/api/problem";
import type { ApprovalDelegation, Ref } from "@/api/types";
import { RefPicker } from "@/components/crm/pickers";
import { Badge } from "@/components/ui/badge";
import { Button } from "@/components/ui/button";
import { Field } from "@/components/ui/field";
import { Input } from "@/components/ui/input";
import { Card, ReadFailed } from "@/components/ui/states";
import { failed, told } from "@/components/ui/toast";
import { date, today } from "@/lib/format";
import { delegationsQuery } from "./queries";
import { useRefresh } from "./use-decide";

/** When I am away, and who decides on approvals for me then. */
export function OutOfOffice() {
  const all = useQuery(delegationsQuery());
  return (
    <Card title="Out of office">
      <div className="flex flex-col gap-3 px-4 py-3">
        <p className="text-cell text-fg-3">
          While you are away somebody else decides on approvals for you. What they decide says so. You may still decide
          yourself.
        </p>
        <ReadFailed query={all} />
        {all.data && all.data.length > 0 && (
          <ul aria-label="Delegations" className="flex flex-col">
            {all.data.map((d) => (
              <Item key={d.id} delegation={d} />
            ))}
          </ul>
        )}
        <Add />
      </div>
    </Card>
  );
}

/** The last whole day of a time that ends at midnight. */
const lastDay = (end: string): string => {
  const at = new Date(new Date(end).getTime() - 1000);
  return today(0, at);
};

function Item({ delegation: d }: { delegation: ApprovalDelegation }) {
  const refresh = useRefresh();
  const end = useMutation({
    mutationFn: () => remove("/approval-delegations/{id}", { path: { id: d.id } }),
    onSuccess: () => told("Ended"),
    onError: (error) => failed("It was not ended", sentence(error)),
    onSettled: refresh,
  });
  const when = `${date(today(0, new Date(d.starts_at)))} to ${date(lastDay(d.ends_at))}`;
  return (
    <li className="flex flex-wrap items-center gap-2 border-b border-line py-2 text-cell text-fg-2">
      <span className="min-w-0 flex-1 basis-48">
        {d.mine ? (
          <>
            <span className="font-medium text-fg">{d.delegate.name}</span> decides for you
          </>
        ) : (
          <>
            You decide for <span className="font-medium text-fg">{d.person.name}</span>
          </>
        )}
        , {when} {d.active && <Badge kind="selected">Now</Badge>}
      </span>
      {d.mine && (
        <Button
          variant="quiet"
          size="icon"
          aria-label={`End the delegation to ${d.delegate.name}`}
          busy={end.isPending && "Ending"}
          onClick={() => end.mutate()}
        >
          <X />
        </Button>
      )}
    </li>
  );
}

/** Midnight where the browser is, some days after a day. */
const midnight = (day: string, later = 0): string => {
  const [year = 0, month = 1, of = 1] = day.split("-").map(Number);
  return new Date(year, month - 1, of + later).toISOString();
};

function Add() {
  const refresh = useRefresh();
  const [to, setTo] = useState<Ref | null>(null);
  const [from, setFrom] = useState(today());
  const [until, setUntil] = useState(today(7));
  const add = useMutation({
    mutationFn: (delegate_id: string) =>
      post("/approval-delegations", {
        body: { delegate_id, starts_at: midnight(from), ends_at: midnight(until, 1) },
      }),
    onSuccess: () => {
      told(`${to?.name ?? "They"} will decide for you`);
      setTo(null);
    },
    onError: (error) => failed("It was not kept", sentence(error)),
    onSettled: refresh,
  });
  return (
    <form
      className="flex flex-wrap items-end gap-2"
      onSubmit={(e) => {
        e.preventDefault();
        if (to) add.mutate(to.id);
      }}
    >
      <Field label="Who decides for me" className="min-w-0 flex-1 basis-48">
        {(w) => <RefPicker id={w.id} kind="user" value={to} onChange={setTo} />}
      </Field>
      <Field label="From">
        {(w) => <Input {...w} type="date" value={from} onChange={(e) => setFrom(e.target.value)} />}
      </Field>
      <Field label="To, that day too">
        {(w) => <Input {...w} type="date" min={from} value={until} onChange={(e) => setUntil(e.target.value)} />}
      </Field>
      <Button type="submit" disabled={!to || !from || until < from} busy={add.isPending && "Saving"}>
        Set
      </Button>
    </form>
  );
}
