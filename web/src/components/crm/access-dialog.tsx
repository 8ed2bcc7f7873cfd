/** What a person may do with a record, and why: asked of the server's own checks. */
import { useQuery } from "@tanstack/react-query";
import { Check, Minus } from "lucide-react";
import { useState } from "react";
import { get } from "@/api/client";
import { sentence } from "@/api/problem";
import { useMe } from "@/api/shared";
import type { AccessReason, EffectiveAccess, Ref, SharedObject } from "@/api/types";
import { Badge } from "@/components/ui/badge";
import { Button } from "@/components/ui/button";
import { Field } from "@/components/ui/field";
import { Overlay } from "@/components/ui/overlay";
import { SkeletonRows } from "@/components/ui/states";
import { cn } from "@/lib/cn";
import { date } from "@/lib/format";
import { RefPicker } from "./pickers";

const VERBS = [
  ["read", "See it"],
  ["update", "Change it"],
  ["share", "Share it"],
  ["delete", "Delete it"],
] as const;

const SCOPES: Record<string, string> = { own: "one’s own", team: "the team’s", all: "all" };

function because(reason: AccessReason): string {
  if (reason.kind === "share") {
    const who = reason.user ? "Shared with them" : `Shared with ${reason.team?.name ?? "their team"}`;
    const end = reason.expires_at ? ` until ${date(reason.expires_at.slice(0, 10))}` : "";
    return `${who} to ${reason.level}${end}`;
  }
  if (reason.kind === "account_team") return `On the team of ${reason.account.name} as ${reason.role}`;
  const how = reason.owner ? ", whose it is" : reason.team ? `, by ${reason.team.name}` : "";
  return `${reason.role.name}: ${SCOPES[reason.scope] ?? reason.scope}${how}`;
}

export function AccessDialog(props: { type: SharedObject; record: { id: string; name: string }; onClose: () => void }) {
  const me = useMe();
  const [person, setPerson] = useState<Ref | null>({ id: me.user.id, name: me.user.name });
  const query = useQuery({
    queryKey: ["effective-access", props.type, props.record.id, person?.id],
    queryFn: () =>
      get("/effective-access", {
        query: { user_id: person?.id ?? "", object: props.type, id: props.record.id },
      }),
    enabled: person !== null,
  });
  return (
    <Overlay
      open
      onOpenChange={(open) => !open && props.onClose()}
      title="Who can see this?"
      description={`What a person may do with ${props.record.name}, and why.`}
      footer={<Button onClick={props.onClose}>Done</Button>}
    >
      <div className="flex flex-col gap-4">
        <Field label="Person">
          {(w) => <RefPicker id={w.id} kind="user" value={person} onChange={(next) => next && setPerson(next)} />}
        </Field>
        {query.isPending && <SkeletonRows rows={4} />}
        {query.isError && (
          <p role="alert" className="text-cell text-bad-text">
            {sentence(query.error)}
          </p>
        )}
        {query.data && <Verdicts access={query.data} />}
      </div>
    </Overlay>
  );
}

function Verdicts({ access }: { access: EffectiveAccess }) {
  const kept = Object.entries(access.fields);
  return (
    <>
      <ul aria-label="Access" className="flex flex-col">
        {VERBS.map(([verb, label]) => {
          const { allowed, because: reasons } = access[verb];
          return (
            <li key={verb} className="flex gap-2.5 border-b border-line py-2 text-cell last:border-0">
              <span
                className={cn("flex w-32 shrink-0 items-center gap-1.5 self-start", allowed ? "text-fg" : "text-fg-3")}
              >
                {allowed ? (
                  <Check className="size-3.5 text-ok-text" aria-label="yes" />
                ) : (
                  <Minus className="size-3.5" aria-label="no" />
                )}
                {label}
              </span>
              <span className="flex min-w-0 flex-col text-fg-2">
                {allowed
                  ? reasons.map((r) => <span key={because(r)}>{because(r)}</span>)
                  : "No role or share allows it"}
              </span>
            </li>
          );
        })}
      </ul>
      {kept.length > 0 && (
        <p className="flex flex-wrap items-center gap-1.5 text-meta text-fg-3">
          Fields kept back:
          {kept.map(([field, level]) => (
            <Badge key={field} kind="outline">
              {field.replace(/_id$/, "").replaceAll("_", " ")}, {level === "hidden" ? "hidden" : "read only"}
            </Badge>
          ))}
        </p>
      )}
    </>
  );
}
