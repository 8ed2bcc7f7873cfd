import { useMutation, useQueryClient } from "@tanstack/react-query";
import { Star } from "lucide-react";
import { patch } from "@/api/client";
import { sentence } from "@/api/problem";
import type { RoutineResult } from "@/api/types";
import { failed } from "@/components/ui/toast";
import { cn } from "@/lib/cn";
import { resultsQuery } from "./queries";

const WORDS = ["useless", "of little use", "of some use", "useful", "just what I needed"];

/** What I think of a result, and that I put it away. */
export function useFeedback(id: string) {
  const client = useQueryClient();
  return useMutation({
    mutationFn: (body: { rating?: number; comment?: string; dismissed?: boolean }) =>
      patch("/routine-results/{id}", { path: { id }, body }),
    onError: (error) => failed("This was not kept", sentence(error)),
    onSettled: () => client.invalidateQueries({ queryKey: resultsQuery().queryKey }),
  });
}

/** From one star to five. */
export function Rating({ result }: { result: Pick<RoutineResult, "id" | "rating"> }) {
  const { mutate, isPending, variables } = useFeedback(result.id);
  const rating = (isPending ? variables.rating : undefined) ?? result.rating ?? 0;
  return (
    <div role="radiogroup" aria-label="How useful is this?" className="flex items-center">
      {WORDS.map((word, at) => (
        <button
          key={word}
          type="button"
          role="radio"
          aria-checked={rating === at + 1}
          aria-label={`${at + 1} of 5: ${word}`}
          title={word}
          disabled={isPending}
          onClick={() => mutate({ rating: at + 1 })}
          className="grid size-7 place-items-center rounded-sm text-fg-3 hover:bg-muted pointer-coarse:size-9"
        >
          <Star className={cn("size-3.5", at < rating && "fill-current text-accent-text")} aria-hidden />
        </button>
      ))}
    </div>
  );
}
