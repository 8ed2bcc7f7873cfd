import { useSuspenseQuery } from "@tanstack/react-query";
import { Download, ShieldCheck } from "lucide-react";
import { Button } from "@/components/ui/button";
import { date, number } from "@/lib/format";
import { newestSealQuery, sealUrl } from "./queries";

/** How far the log is sealed, and the seal to keep elsewhere. */
export function SealState() {
  const seal = useSuspenseQuery(newestSealQuery()).data;
  return (
    <section
      aria-label="Seal"
      className="flex flex-wrap items-center gap-x-4 gap-y-2 rounded-xl border border-line-strong bg-surface px-4 py-3"
    >
      <ShieldCheck className="size-4 shrink-0 text-fg-3" strokeWidth={1.75} aria-hidden />
      <div className="min-w-0 flex-1 text-cell">
        {seal ? (
          <>
            <p className="text-fg">
              Sealed up to {date(seal.day)} ({number(seal.events)} events that day)
            </p>
            <p className="truncate font-mono text-code text-fg-3" title={seal.hash}>
              {seal.hash}
            </p>
          </>
        ) : (
          <p className="text-fg-2">Each day is sealed once it is over. The first one is not yet.</p>
        )}
        <p className="text-meta text-fg-3">
          <code className="font-mono">dealwright doctor</code> compares the whole log with its seals. Keep a seal
          elsewhere, and nobody can make the log anew unseen.
        </p>
      </div>
      {seal && (
        <Button asChild>
          <a href={sealUrl} download>
            <Download /> Download the seal
          </a>
        </Button>
      )}
    </section>
  );
}
