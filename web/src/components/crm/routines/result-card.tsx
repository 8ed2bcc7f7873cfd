import { ChevronDown, X } from "lucide-react";
import { useState } from "react";
import type { RoutineResult } from "@/api/types";
import { Button } from "@/components/ui/button";
import { Input } from "@/components/ui/input";
import { AgentMark } from "@/components/ui/marks";
import { Card } from "@/components/ui/states";
import { cn } from "@/lib/cn";
import { ago } from "@/lib/format";
import { loadable } from "@/lib/loadable";
import { Lines } from "./lines";
import { Rating, useFeedback } from "./rating";

const Proposed = loadable(() => import("./proposed").then((m) => m.Proposed));

/** What an agent has told me: folded to its sentence, with its lines and what it proposes. */
export function ResultCard({ result, open: first }: { result: RoutineResult; open: boolean }) {
  const [open, setOpen] = useState(first);
  const feedback = useFeedback(result.id);
  const waiting = result.proposals.filter((p) => p.status === "pending");
  return (
    <Card
      title={
        <button
          type="button"
          aria-expanded={open}
          onClick={() => setOpen(!open)}
          className="flex min-w-0 flex-1 items-center gap-2 text-left"
        >
          <AgentMark />
          <span className="min-w-0 truncate">{result.title}</span>
          <ChevronDown className={cn("size-3.5 shrink-0 text-fg-3 transition-transform", open && "rotate-180")} />
        </button>
      }
      aside={
        <>
          <span className="text-meta whitespace-nowrap text-fg-3">{ago(result.created_at)}</span>
          <Button
            variant="quiet"
            size="iconRow"
            aria-label={`Put “${result.title}” away`}
            onClick={() => feedback.mutate({ dismissed: true })}
          >
            <X />
          </Button>
        </>
      }
    >
      {open && (
        <>
          <Lines lines={result.lines} leftOut={result.left_out} />
          {waiting.length > 0 && <Proposed result={result} />}
          <Useful result={result} />
        </>
      )}
    </Card>
  );
}

function Useful({ result }: { result: RoutineResult }) {
  const feedback = useFeedback(result.id);
  const [comment, setComment] = useState("");
  return (
    <div className="flex flex-wrap items-center gap-x-3 gap-y-1 border-t border-line bg-sunken px-4 py-1.5">
      <span className="text-meta text-fg-3">Useful?</span>
      <Rating result={result} />
      {result.rating !== null && result.rating !== undefined && (
        <form
          className="min-w-40 flex-1"
          onSubmit={(e) => {
            e.preventDefault();
            if (comment.trim()) feedback.mutate({ comment: comment.trim() });
          }}
        >
          <Input
            aria-label="What would make it better?"
            placeholder={result.comment ?? "What would make it better? Enter keeps it"}
            value={comment}
            maxLength={2000}
            onChange={(e) => setComment(e.target.value)}
          />
        </form>
      )}
    </div>
  );
}
