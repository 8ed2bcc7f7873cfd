import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { post } from "@/api/client";
import { sentence } from "@/api/problem";
import type { RecordCounts, User } from "@/api/types";
import { RefPicker } from "@/components/crm/pickers";
import { TOUCHED } from "@/components/crm/use-undo";
import { Button } from "@/components/ui/button";
import { Checkbox } from "@/components/ui/checkbox";
import { Field } from "@/components/ui/field";
import { Overlay } from "@/components/ui/overlay";
import { Skeleton } from "@/components/ui/states";
import { told } from "@/components/ui/toast";
import { number } from "@/lib/format";
import { holdingsQuery, peopleChanged } from "./queries";

const KINDS = [
  ["opportunities", "Opportunities"],
  ["accounts", "Accounts"],
  ["contacts", "Contacts"],
  ["leads", "Leads"],
  ["tasks", "Tasks"],
] as const;
const sum = (counts: RecordCounts): number => KINDS.reduce((n, [kind]) => n + counts[kind], 0);

/** Lets somebody go, and gives what they own to somebody else; for one who has gone, only the latter. */
export function Deactivate({ user, onClose }: { user: User; onClose: () => void }) {
  const client = useQueryClient();
  const holdings = useQuery(holdingsQuery(user.id));
  const [all, setAll] = useState(true);
  const [chosen, setTo] = useState<{ id: string; name: string } | null>(null);
  const counts = holdings.data?.[all ? "all" : "open"];
  const to = chosen ?? holdings.data?.team_lead ?? null;
  const owns = counts !== undefined && sum(counts) > 0;
  const go = useMutation({
    mutationFn: async () => {
      const hand_over = { to_id: to?.id ?? null, include: all ? ("all" as const) : ("open" as const) };
      const path = { id: user.id };
      if (!user.active) return (await post("/users/{id}/handover", { path, body: hand_over })).data;
      const body = { version: user.version, hand_over: owns ? hand_over : null };
      return (await post("/users/{id}/deactivation", { path, body })).data;
    },
    onSuccess: async (done) => {
      await Promise.all([
        peopleChanged(client),
        ...TOUCHED.map((key) => client.invalidateQueries({ queryKey: [key] })),
      ]);
      onClose();
      const moved = `${number(sum(done.moved))} ${sum(done.moved) === 1 ? "record" : "records"} went to ${done.to?.name ?? ""}`;
      const rest = sum(done.left) > 0 ? `; ${number(sum(done.left))} more follow` : "";
      told([user.active && `${user.name} is out`, done.to && moved + rest].filter(Boolean).join(". "));
    },
  });
  return (
    <Overlay
      open
      onOpenChange={(open) => !open && onClose()}
      title={user.active ? `Deactivate ${user.name}?` : `Hand over what ${user.name} owns`}
      {...(user.active
        ? { description: "They are signed out at once and cannot sign in. You can reactivate them later." }
        : {})}
      footer={
        <>
          <Button onClick={onClose}>Cancel</Button>
          <Button
            variant={user.active ? "danger" : "primary"}
            busy={go.isPending && "Handing over"}
            disabled={counts === undefined || (owns && !to) || (!owns && !user.active)}
            onClick={() => go.mutate()}
          >
            {user.active ? "Deactivate" : ""}
            {owns && `${user.active ? " and hand over" : "Hand over"} ${number(sum(counts))}`}
            {!owns && !user.active && "Nothing to hand over"}
          </Button>
        </>
      }
    >
      {(go.isError || holdings.isError) && (
        <p role="alert" className="mb-3 text-cell text-bad-text">
          {sentence(go.error ?? holdings.error)}
        </p>
      )}
      <Owned counts={counts} />
      {owns && (
        <div className="mt-4 flex flex-col gap-3">
          <Field
            label="Who takes over"
            hint={!chosen && holdings.data?.team_lead ? "The lead of their team." : undefined}
          >
            {(w) => <RefPicker kind="user" id={w.id} value={to} onChange={setTo} />}
          </Field>
          <label className="flex items-center gap-2 text-cell text-fg">
            <Checkbox checked={all} onCheckedChange={(on) => setAll(on === true)} />
            Closed deals and finished tasks too
          </label>
        </div>
      )}
    </Overlay>
  );
}

function Owned({ counts }: { counts: RecordCounts | undefined }) {
  return (
    <dl aria-label="What moves" className="grid grid-cols-2 gap-2 sm:grid-cols-4">
      {KINDS.map(([kind, label]) => (
        <div key={kind} className="rounded-xl border border-line-strong px-3 py-2">
          <dt className="text-meta text-fg-3">{label}</dt>
          <dd className="text-figure text-fg tnum">
            {counts ? number(counts[kind]) : <Skeleton className="my-2 w-8" />}
          </dd>
        </div>
      ))}
    </dl>
  );
}
