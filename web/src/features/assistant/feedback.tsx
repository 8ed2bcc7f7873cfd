import { useMutation, useQueryClient } from "@tanstack/react-query";
import { Star, ThumbsDown, ThumbsUp } from "lucide-react";
import { useState } from "react";
import { post } from "@/api/client";
import { sentence } from "@/api/problem";
import type { Run, RunFeedback } from "@/api/types";
import { Button } from "@/components/ui/button";
import { Field } from "@/components/ui/field";
import { Textarea } from "@/components/ui/input";
import { failed } from "@/components/ui/toast";
import { cn } from "@/lib/cn";

/** Whether an answer was of use; who has said so may add how much, and why. */
export function Feedback({ run }: { run: Run }) {
  const client = useQueryClient();
  const [given, setGiven] = useState<RunFeedback | null>(run.feedback ?? null);
  const [more, setMore] = useState(false);
  const send = useMutation({
    mutationFn: (body: RunFeedback) => post("/agent-runs/{id}/feedback", { path: { id: run.id }, body }),
    onMutate: (body) => {
      setGiven(body);
      return given;
    },
    onSuccess: () => client.invalidateQueries({ queryKey: ["agent-runs"] }),
    onError: (error, _, before) => {
      setGiven(before ?? null);
      failed("Your answer was not kept", sentence(error));
    },
  });
  const button = (useful: boolean, label: string, Glyph: typeof ThumbsUp) => (
    <Button
      variant="quiet"
      size="iconRow"
      aria-label={label}
      title={label}
      aria-pressed={given?.useful === useful}
      className="text-fg-3 aria-pressed:bg-accent-soft aria-pressed:text-accent-text pointer-coarse:size-11"
      onClick={() => send.mutate({ ...given, useful })}
    >
      <Glyph />
    </Button>
  );
  return (
    <>
      {button(true, "Useful", ThumbsUp)}
      {button(false, "Not useful", ThumbsDown)}
      {given && (
        <>
          <span className="text-meta text-fg-3">Thank you, noted.</span>
          <Button variant="link" className="text-meta" aria-expanded={more} onClick={() => setMore(!more)}>
            {given.comment || given.rating ? "Your words" : "Say more"}
          </Button>
        </>
      )}
      {given && more && (
        <More
          given={given}
          busy={send.isPending}
          onSend={(body) => send.mutate(body, { onSuccess: () => setMore(false) })}
        />
      )}
    </>
  );
}

const STARS = [1, 2, 3, 4, 5];

function More(props: { given: RunFeedback; busy: boolean; onSend: (body: RunFeedback) => void }) {
  const { given } = props;
  const [rating, setRating] = useState(given.rating ?? null);
  const [comment, setComment] = useState(given.comment ?? "");
  return (
    <form
      className="flex w-full flex-col gap-2 rounded-lg border border-line-strong bg-surface p-3"
      onSubmit={(e) => {
        e.preventDefault();
        props.onSend({ useful: given.useful, ...(rating ? { rating } : {}), comment: comment.trim() || null });
      }}
    >
      <fieldset>
        <legend className="mb-1 text-meta font-medium text-fg-2">How good was it?</legend>
        <div className="flex items-center gap-1">
          {STARS.map((n) => (
            <label
              key={n}
              className="relative cursor-pointer rounded-sm has-focus-visible:outline-2 has-focus-visible:outline-accent"
            >
              <input
                type="radio"
                name="rating"
                className="absolute inset-0 opacity-0"
                checked={rating === n}
                onChange={() => setRating(n)}
              />
              <Star
                className={cn("size-6 p-0.5", (rating ?? 0) >= n ? "fill-current text-warn" : "text-fg-3")}
                aria-hidden
              />
              <span className="sr-only">{n} of 5</span>
            </label>
          ))}
          <span className="text-meta text-fg-3">{rating ? `${rating} of 5` : "not rated"}</span>
        </div>
      </fieldset>
      <Field label="What was good, or missing">
        {(wiring) => (
          <Textarea
            {...wiring}
            rows={2}
            maxLength={4000}
            value={comment}
            onChange={(e) => setComment(e.target.value)}
          />
        )}
      </Field>
      <Button type="submit" size="card" className="self-start" busy={props.busy && "Saving"}>
        Save
      </Button>
    </form>
  );
}
