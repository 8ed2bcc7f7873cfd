import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { Stamp } from "lucide-react";
import { useState } from "react";
import type { Approval } from "@/api/types";
import { Badge } from "@/components/ui/badge";
import { Button } from "@/components/ui/button";
import { Ask } from "./ask";
import { recordQuery } from "./queries";
import { STATUS, waitsFor } from "./words";

const LINE =
  "flex min-h-[42px] flex-wrap items-center gap-x-2.5 gap-y-1 rounded-lg border border-line-strong px-3 py-1.5 text-cell";

/** How the approvals of a record stand: what waits, what is needed, and what was decided last. */
export function ApprovalBanner(props: { object: "opportunity" | "lead"; id: string; mayAsk: boolean }) {
  const { data } = useQuery(recordQuery(props.object, props.id));
  const [asking, setAsking] = useState<string | null>(null);
  if (!data) return null;
  const waiting = data.items.filter((a) => a.status === "pending");
  const last = (id: string) => data.items.find((a) => a.definition.id === id);
  const open = data.definitions.filter((d) => !waiting.some((a) => a.definition.id === d.id));
  const needed = open.filter((d) => d.needed || last(d.id));
  if (waiting.length + needed.length === 0) return null;
  return (
    <section aria-label="Approvals" className="flex flex-col gap-2">
      {waiting.map((a) => (
        <Waiting key={a.id} approval={a} />
      ))}
      {needed.map((d) => {
        const before = last(d.id);
        return (
          <div key={d.id} className={LINE}>
            <Stamp className="size-4 shrink-0 text-fg-3" aria-hidden />
            <span className="min-w-0 flex-1 basis-40 text-fg">
              {d.name}{" "}
              {d.approved ? (
                <Badge kind="ok">Approved</Badge>
              ) : before ? (
                <Badge kind={before.status === "approved" ? "warn" : STATUS[before.status].kind}>
                  {before.status === "approved" ? "Approved for other values" : STATUS[before.status].label}
                </Badge>
              ) : (
                <span className="text-fg-3">is needed for this</span>
              )}
            </span>
            {before && (
              <Link
                to="/approvals/$id"
                params={{ id: before.id }}
                className="text-accent-text underline-offset-2 hover:underline"
              >
                Show
              </Link>
            )}
            {props.mayAsk && d.needed && !d.approved && (
              <Button size="row" onClick={() => setAsking(d.id)}>
                Ask for approval
              </Button>
            )}
            {asking === d.id && (
              <Ask object={props.object} id={props.id} definition={d} onClose={() => setAsking(null)} />
            )}
          </div>
        );
      })}
    </section>
  );
}

function Waiting({ approval: a }: { approval: Approval }) {
  return (
    <div className={LINE}>
      <Stamp className="size-4 shrink-0 text-warn-text" aria-hidden />
      <span className="min-w-0 flex-1 basis-40 text-fg">
        {a.definition.name} <Badge kind="warn">Waiting</Badge>{" "}
        <span className="text-fg-3">{waitsFor(a) && `for ${waitsFor(a)}`}</span>
      </span>
      <Button size="row" asChild>
        <Link to="/approvals/$id" params={{ id: a.id }}>
          {a.may.decide ? "Decide" : "Show"}
        </Link>
      </Button>
    </div>
  );
}
