/** A lead's score; why it is so folds out: each rule, its points and what it judged by. */
import { queryOptions, useQuery } from "@tanstack/react-query";
import { Check, Gauge, Minus } from "lucide-react";
import { useState } from "react";
import { get } from "@/api/client";
import type { Lead, LeadScore } from "@/api/types";
import { Popover } from "@/components/ui/popover";
import { dateTime, plain } from "@/lib/format";
import { gradeWord, points } from "./score-words";

/** Scores follow a moment after what happens, without an event of their own. */
const scoreQuery = (lead: Lead) =>
  queryOptions({
    queryKey: ["leads", "score", lead.id, lead.version],
    queryFn: ({ signal }) => get("/leads/{id}/score", { path: { id: lead.id }, signal }),
    refetchInterval: 15_000,
  });

export function Score({ lead }: { lead: Lead }) {
  const [open, setOpen] = useState(false);
  const score = useQuery(scoreQuery(lead)).data;
  if (!score || score.score === null || score.score === undefined) return null;
  return (
    <Popover
      open={open}
      onOpenChange={setOpen}
      className="w-[min(440px,calc(100vw-32px))]"
      trigger={
        <button
          type="button"
          aria-label={`Score ${score.score}, grade ${gradeWord(score.grade)}: why?`}
          className="inline-flex min-h-6 items-center gap-1.5 self-start rounded-md border border-line-strong px-2 text-cell text-fg hover:bg-muted pointer-coarse:min-h-11"
        >
          <Gauge className="size-3.5 text-fg-3" aria-hidden />
          Score <span className="font-medium tnum">{score.score}</span>
          <span className="text-fg-3">grade {gradeWord(score.grade)}</span>
        </button>
      }
    >
      <Why score={score} />
    </Popover>
  );
}

function Why({ score }: { score: LeadScore }) {
  const parts = [...score.parts].sort((a, b) => Number(b.met) - Number(a.met));
  return (
    <section
      aria-label="Why this score"
      className="flex max-h-[60vh] scroll-thin flex-col gap-2 overflow-y-auto px-4 py-3 text-cell"
      tabIndex={0}
    >
      <h3 className="text-section text-fg">
        Why {score.score}
        {score.sum !== score.score && (
          <span className="font-normal text-fg-3"> ({score.sum} points, held to 0–100)</span>
        )}
      </h3>
      <ul>
        {parts.map((part, at) => (
          <li key={at} className="flex items-start gap-2 border-b border-line py-1.5 last:border-b-0">
            {part.met ? (
              <Check className="mt-0.5 size-3.5 shrink-0 text-ok-text" aria-label="counts" />
            ) : (
              <Minus className="mt-0.5 size-3.5 shrink-0 text-fg-3" aria-label="does not count" />
            )}
            <span className="min-w-0 flex-1">
              <span className={part.met ? "text-fg" : "text-fg-3"}>
                {part.label ?? "A rule about a field that you may not see"}
              </span>
              <span className="block truncate font-mono text-code text-fg-3">
                {Object.entries(part.facts)
                  .map(([name, value]) => `${name}: ${value === null ? "–" : plain(value)}`)
                  .join(", ")}
              </span>
            </span>
            <span className={part.met ? "font-medium text-fg tnum" : "text-fg-3 tnum"}>{points(part.points)}</span>
          </li>
        ))}
      </ul>
      {score.scored_at && <p className="text-meta text-fg-3">Scored {dateTime(score.scored_at)}</p>}
    </section>
  );
}
