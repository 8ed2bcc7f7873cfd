import { Link } from "@tanstack/react-router";
import { TriangleAlert } from "lucide-react";
import type { Evidence, Proposal } from "@/api/types";
import { cn } from "@/lib/cn";
import { dateTime } from "@/lib/format";

const TARGET = {
  opportunity: "/opportunities/$id",
  account: "/accounts/$id",
  contact: "/contacts/$id",
  lead: "/leads/$id",
} as const;

/** A record that an answer or a proposal rests on, as a link where there is a page for it; underlined among words. */
export function SourceLink({
  source,
  alone = false,
  children,
}: {
  source: Pick<Evidence, "type" | "id">;
  alone?: boolean;
  children: React.ReactNode;
}) {
  const to = source.type in TARGET ? TARGET[source.type as keyof typeof TARGET] : null;
  return to && source.id ? (
    <Link
      to={to}
      params={{ id: source.id }}
      className={cn(
        "text-accent-text hover:underline",
        !alone && "underline decoration-accent-line underline-offset-2 hover:decoration-current",
      )}
    >
      {children}
    </Link>
  ) : (
    <span className="text-fg">{children}</span>
  );
}

export const Cite = ({ n }: { n: number }) => (
  <span className="mx-0.5 inline-block min-w-4 rounded-xs bg-accent-soft px-1 text-center align-baseline text-micro font-medium text-accent-text">
    {n}
  </span>
);

const Row = ({ label, children }: { label: string; children: React.ReactNode }) => (
  <div className="grid grid-cols-[88px_minmax(0,1fr)] gap-2">
    <dt className="text-fg-3">{label}</dt>
    <dd className="text-fg-2">{children}</dd>
  </div>
);

const one = (e: Evidence, i: number) => (
  <li key={i}>
    <SourceLink source={e}>{e.label}</SourceLink>
    {e.detail && `, ${e.detail}`}
    {e.at && `, ${dateTime(e.at)}`} {e.n !== undefined && <Cite n={e.n} />}
  </li>
);

/** Why: one sentence, what it rests on, and (when asked) how sure and for whom. */
export function EvidenceList({ proposal: p, open }: { proposal: Proposal; open: boolean }) {
  return (
    <dl className="mx-3 flex flex-col gap-1.5 border-t border-line py-2.5 text-meta">
      {p.reason && <Row label="Reason">{p.reason}</Row>}
      {p.evidence.length > 0 && (
        <Row label="Evidence">
          <ul>{p.evidence.slice(0, open ? undefined : 3).map(one)}</ul>
        </Row>
      )}
      {p.tainted && (
        <Row label="Words">
          <span className="flex items-center gap-1 text-warn-text">
            <TriangleAlert className="size-3 shrink-0" aria-hidden /> Based on text that somebody else wrote
          </span>
        </Row>
      )}
      {open && (
        <>
          <Row label="Confidence">
            {p.confidence === "high"
              ? "High: every value was found in what you said or in the records."
              : p.confidence === "medium"
                ? "Medium: one value was worked out."
                : "Low: check each value."}
          </Row>
          <Row label="Asked by">{p.requested_by.name}</Row>
          {typeof p.base_version === "number" && (
            <Row label="Made against">
              version {p.base_version} of the record; if it changes first, the proposal says so
            </Row>
          )}
        </>
      )}
    </dl>
  );
}
