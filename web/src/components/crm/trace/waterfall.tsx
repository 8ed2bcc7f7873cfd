/** What a run did, in its time: a bar for each step, each call of a model and each look-up. */
import { useQuery } from "@tanstack/react-query";
import { CircleX } from "lucide-react";
import type { RunTrace, TraceSpan } from "@/api/types";
import { Card, ReadFailed, SkeletonRows } from "@/components/ui/states";
import { cn } from "@/lib/cn";
import { number } from "@/lib/format";
import { traceQuery } from "./query";
import { detail, placed, time, type Placed } from "./words";

export function TraceCard({ id, over }: { id: string; over: boolean }) {
  const query = useQuery(traceQuery(id, over));
  return (
    <Card
      title="Timeline"
      aside={
        query.data && (
          <span className="text-meta text-fg-3 max-md:hidden" title="The id of its trace in a collector">
            {query.data.trace_id}
          </span>
        )
      }
    >
      {query.isPending && <SkeletonRows rows={4} />}
      <ReadFailed query={query} />
      {query.data && <Waterfall trace={query.data} />}
    </Card>
  );
}

function Waterfall({ trace }: { trace: RunTrace }) {
  const all = placed(trace.spans);
  return (
    <ol className="flex flex-col py-1">
      {all.map((one) => (
        <Row key={one.span.id} placed={one} />
      ))}
      {trace.sentences !== null && trace.sentences !== undefined && (
        <li className="px-4 py-1.5 text-meta text-fg-3 tnum">
          {number(trace.sentences)} sentences written, {number(trace.unsupported ?? 0)} of them without a source
        </li>
      )}
    </ol>
  );
}

const BARS: Record<TraceSpan["kind"], string> = {
  run: "bg-line-control",
  plan: "bg-fg-3",
  chat: "bg-accent",
  embeddings: "bg-accent",
  tool: "bg-fg-2",
  retrieval: "bg-fg-3",
  review: "bg-fg-3",
};

function Row({ placed: { span, depth, left, width, ms } }: { placed: Placed }) {
  const more = detail(span);
  const bar = (
    <span className="relative block h-2 w-full rounded-xs bg-muted" aria-hidden>
      <span
        className={cn("absolute inset-y-0 min-w-0.5 rounded-xs", span.status === "failed" ? "bg-bad" : BARS[span.kind])}
        style={{ left: `${left * 100}%`, width: `${width * 100}%` }}
      />
    </span>
  );
  return (
    <li className="grid grid-cols-[1fr_auto] items-center gap-x-3 gap-y-1 px-4 py-1.5 text-cell md:grid-cols-[14rem_1fr_4.5rem]">
      <span className="flex min-w-0 items-center gap-1.5" style={{ paddingLeft: depth * 12 }}>
        <span className="truncate text-fg">{span.title}</span>
        {span.status === "failed" && <CircleX className="size-3.5 shrink-0 text-bad" aria-label="failed" />}
      </span>
      <span className="max-md:order-3 max-md:col-span-2">{bar}</span>
      <span className="text-right text-meta text-fg-3 tnum max-md:order-2">
        {span.status === "running" ? "still at it" : time(ms)}
      </span>
      {more && (
        <span
          className="min-w-0 text-meta break-words text-fg-3 tnum max-md:order-4 max-md:col-span-2 md:col-span-3"
          style={{ paddingLeft: depth * 12 }}
        >
          {more}
        </span>
      )}
      {span.content && <Content content={span.content} />}
    </li>
  );
}

/** What a model was sent and answered, for who may read the calls of models. */
function Content({ content }: { content: NonNullable<TraceSpan["content"]> }) {
  const parts = [
    ["Sent", content.prompt],
    ["Answered", content.reply],
  ] as const;
  if (!parts.some(([, text]) => text)) return null;
  return (
    <details className="col-span-full text-meta max-md:order-5">
      <summary className="cursor-pointer text-fg-2">
        What the model was sent and answered{content.redacted ? ", without personal data" : ""}
      </summary>
      <dl className="grid grid-cols-[5rem_1fr] gap-x-3 gap-y-1 pt-1 text-fg-2">
        {parts.map(
          ([label, text]) =>
            text && (
              <div key={label} className="contents">
                <dt className="text-fg-3">{label}</dt>
                <dd className="min-w-0 break-words whitespace-pre-wrap">{text}</dd>
              </div>
            ),
        )}
      </dl>
    </details>
  );
}
