import { useState } from "react";
import { post } from "@/api/client";
import { sentence } from "@/api/problem";
import type { ApprovalDryRunFound } from "@/api/types";
import { RecordLink } from "@/components/crm/record-link";
import { Button } from "@/components/ui/button";
import { Card } from "@/components/ui/states";
import { number, plural } from "@/lib/format";
import { sent, type Rules } from "./model";

/** How many of the records that are there would need the approval. Nothing is changed. */
export function DefinitionDryRun({ rules }: { rules: Rules }) {
  const [found, setFound] = useState<ApprovalDryRunFound | null>(null);
  const [running, setRunning] = useState(false);
  const [error, setError] = useState<string | null>(null);
  const object = rules.object === "lead" ? "lead" : "opportunity";
  const noun = rules.object === "lead" ? "lead" : "open deal";
  const run = async () => {
    setRunning(true);
    setError(null);
    try {
      let so: ApprovalDryRunFound | null = null;
      do {
        const body = { rules: sent(rules), cursor: so?.next_cursor ?? null };
        const part: ApprovalDryRunFound = (await post("/approval-definitions/dry-run", { body })).data;
        so = so
          ? {
              ...part,
              checked: so.checked + part.checked,
              needed: so.needed + part.needed,
              records: [...so.records, ...part.records].slice(0, 100),
            }
          : part;
        setFound(so);
      } while (so.next_cursor);
    } catch (problem) {
      setError(sentence(problem));
    }
    setRunning(false);
  };
  return (
    <Card
      title="Dry run"
      aside={
        <Button size="card" busy={running && "Looking"} onClick={() => void run()}>
          Try it
        </Button>
      }
    >
      <div className="px-4 py-3 text-cell">
        <p role="status" className={error ? "text-bad-text" : "text-fg-2"}>
          {error ??
            (found
              ? `${number(found.needed)} of ${plural(found.checked, noun)} would need approval.`
              : `Says which ${noun}s would need it. Nothing is changed.`)}
        </p>
        {found && found.records.length > 0 && (
          <details className="mt-3">
            <summary className="cursor-pointer text-meta text-fg-3">The first {number(found.records.length)}</summary>
            <ul aria-label="Records that would need it">
              {found.records.map((r) => (
                <li key={r.id} className="flex min-h-8 items-center border-t border-line">
                  <RecordLink object={object} id={r.id} name={r.name} />
                </li>
              ))}
            </ul>
          </details>
        )}
      </div>
    </Card>
  );
}
