import { Link } from "@tanstack/react-router";
import { Info } from "lucide-react";
import { useMe } from "@/api/shared";
import type { SubjectType } from "@/api/types";
import { Button } from "@/components/ui/button";
import type { Gone } from "./marks";

const LISTS = { opportunity: "/opportunities", account: "/accounts", contact: "/contacts", lead: "/leads" } as const;

/** The record that is open is no longer there, or no longer theirs to change: said calmly, with a way on. */
export function Banner({ type, gone }: { type: SubjectType; gone: Gone | null }) {
  const me = useMe().user.id;
  const who = !gone?.who ? "Someone" : gone.who.id === me ? "You" : gone.who.name;
  const said = !gone
    ? `You may no longer change this ${type}.`
    : {
        deleted: `${who} deleted this ${type}. This is how it was.`,
        merged: `${who} merged this ${type} into another one. This is how it was.`,
        access: `You no longer have access to this ${type}.`,
      }[gone.how];
  return (
    <div
      role="status"
      className="flex flex-wrap items-center gap-x-2.5 gap-y-1.5 border-b border-line-strong bg-warn-soft px-4 py-2 text-cell text-fg md:px-5"
    >
      <Info className="size-4 shrink-0 text-warn-text" strokeWidth={1.75} aria-hidden />
      <span className="min-w-0 flex-1 basis-60">{said} What you have typed stays here, to be copied.</span>
      {gone && (
        <Button asChild size="card">
          <Link to={LISTS[type]} search={{}}>
            Back to the list
          </Link>
        </Button>
      )}
    </div>
  );
}
