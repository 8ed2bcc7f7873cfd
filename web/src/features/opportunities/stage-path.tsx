import { useQuery } from "@tanstack/react-query";
import { Check, Lock } from "lucide-react";
import { useStages } from "@/api/shared";
import type { Stage, WholeOpportunity } from "@/api/types";
import { StageRing } from "@/components/ui/stage-ring";
import { cn } from "@/lib/cn";
import { number, plural } from "@/lib/format";
import { transitionsQuery } from "./queries";
import { daysInStage } from "./stage-kind";

function daysPer(o: WholeOpportunity): Map<string, number> {
  const days = new Map<string, number>();
  for (const span of o.stage_history) {
    const end = span.left_at ? new Date(span.left_at).getTime() : Date.now();
    const n = Math.floor((end - new Date(span.entered_at).getTime()) / 86_400_000);
    days.set(span.stage_id, (days.get(span.stage_id) ?? 0) + Math.max(0, n));
  }
  return days;
}

export function StagePath({ o, onMove }: { o: WholeOpportunity; onMove: (stage: Stage) => void }) {
  const transitions = useQuery(transitionsQuery(o.id)).data ?? [];
  const stages = useStages(o.pipeline_id).filter((s) => s.kind !== "lost" || s.id === o.stage_id);
  const shown = o.stage.kind === "lost" ? stages.filter((s) => s.kind !== "won") : stages;
  const at = shown.findIndex((s) => s.id === o.stage_id);
  const days = daysPer(o);
  const next = shown[at + 1];
  return (
    <div>
      <p className="mb-2 flex items-center gap-1.5 text-cell md:hidden">
        <StageRing kind={o.stage.kind} probability={o.stage.probability} />
        <span className="font-semibold text-fg">{o.stage.name}</span>
        <span className="text-fg-3">
          {plural(daysInStage(o), "day")}
          {next ? `, next is ${next.name}` : ""}
        </span>
      </p>
      <ol aria-label="Stages" className="flex gap-1">
        {shown.map((s, i) => {
          const way = transitions.find((t) => t.stage.id === s.id);
          const missing = way?.missing.length ?? 0;
          const barred = way?.code === "transition_not_allowed";
          const spent = days.get(s.id);
          return (
            <li
              key={s.id}
              className="min-w-0 flex-1"
              aria-current={i === at ? "step" : undefined}
              title={way?.why ?? undefined}
            >
              <button
                type="button"
                disabled={i === at || !o.may.update || barred}
                onClick={() => onMove(s)}
                className="group block w-full text-left"
              >
                <span
                  className={cn(
                    "block h-1 rounded-xs",
                    barred && "opacity-40",
                    i < at ? "bg-fg-3" : i === at ? "bg-accent" : "bg-active group-enabled:group-hover:bg-line-control",
                  )}
                />
                <span className="mt-1.5 flex min-w-0 items-center gap-1 text-meta text-fg-3 max-md:sr-only">
                  {i < at && <Check className="size-3 shrink-0" aria-label="done" />}
                  {i === at && <StageRing kind={s.kind} probability={s.probability} size={12} />}
                  <span
                    className={cn("truncate", i === at ? "font-semibold text-fg" : i < at && !barred && "text-fg-2")}
                  >
                    {s.name}
                  </span>
                  {barred && <Lock className="size-3 shrink-0" aria-hidden />}
                  {barred && <span className="sr-only">not allowed: {way.why}</span>}
                  {i <= at && spent !== undefined && <span className="shrink-0 tnum">{number(spent)} d</span>}
                  {i > at && missing > 0 && <span className="shrink-0">needs {missing}</span>}
                </span>
              </button>
            </li>
          );
        })}
      </ol>
    </div>
  );
}
