/** What was asked of the assistant, by conversation: searched by words, narrowed by state, and gone on with. */
import { useInfiniteQuery, useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { History as Glyph, MessageSquare, Search, Sparkle } from "lucide-react";
import { useEffect, useState, type ReactNode } from "react";
import type { Run } from "@/api/types";
import { Badge } from "@/components/ui/badge";
import { Button } from "@/components/ui/button";
import { Input, Select } from "@/components/ui/input";
import { Empty, ReadFailed, SkeletonRows } from "@/components/ui/states";
import { ago, dateTime, plural } from "@/lib/format";
import { openAssistant, openConversation } from "@/lib/frame";
import { useRested } from "@/lib/hooks";
import { runsQuery, type Asked } from "./run-query";
import { unmarked } from "./run-view";
import { conversationsQuery } from "./use-conversation";
import { byConversation, seconds, STATUS, STATUSES } from "./words";

export function History({ asked, onAsked }: { asked: Asked; onAsked: (asked: Asked) => void }) {
  const query = useInfiniteQuery(runsQuery(asked));
  const runs = query.data?.pages.flatMap((page) => page.items) ?? [];
  const narrowed = asked.q !== undefined || asked.status !== undefined;
  return (
    <div className="flex w-full max-w-3xl flex-1 flex-col gap-4 px-4 py-4 md:px-5">
      <header className="flex flex-wrap items-center gap-2">
        <SearchBox asked={asked} onAsked={onAsked} />
        <Select
          aria-label="State"
          className="w-44"
          value={asked.status ?? ""}
          onChange={(e) => {
            const status = STATUSES.find((s) => s === e.target.value);
            onAsked({ ...(asked.q ? { q: asked.q } : {}), ...(status ? { status } : {}) });
          }}
        >
          <option value="">Any state</option>
          {STATUSES.map((status) => (
            <option key={status} value={status}>
              {STATUS[status].label}
            </option>
          ))}
        </Select>
      </header>
      <ReadFailed query={query} />
      {query.isPending ? (
        <SkeletonRows rows={6} height={52} />
      ) : runs.length === 0 ? (
        !query.error && <Nothing narrowed={narrowed} onAll={() => onAsked({})} />
      ) : (
        <Conversations runs={runs} />
      )}
      {query.hasNextPage && (
        <Button
          className="self-start"
          busy={query.isFetchingNextPage && "Loading"}
          onClick={() => void query.fetchNextPage()}
        >
          Show more
        </Button>
      )}
    </div>
  );
}

function SearchBox({ asked, onAsked }: { asked: Asked; onAsked: (asked: Asked) => void }) {
  const [words, setWords] = useState(asked.q ?? "");
  const rested = useRested(words.trim(), 250);
  useEffect(() => {
    if (rested === (asked.q ?? "")) return;
    onAsked({ ...(rested ? { q: rested } : {}), ...(asked.status ? { status: asked.status } : {}) });
    // Only what is typed is told: the rest of the address may change without it.
    // eslint-disable-next-line react-hooks/exhaustive-deps
  }, [rested]);
  return (
    <label className="relative min-w-48 flex-1">
      <Search className="absolute top-2.5 left-2.5 size-3.5 text-fg-3" aria-hidden />
      <Input
        type="search"
        aria-label="Search what was asked"
        placeholder="Search what was asked"
        maxLength={200}
        className="pl-8"
        value={words}
        onChange={(e) => setWords(e.target.value)}
      />
    </label>
  );
}

function Nothing({ narrowed, onAll }: { narrowed: boolean; onAll: () => void }) {
  return narrowed ? (
    <Empty icon={Search} title="Nothing like that was asked" action={<Button onClick={onAll}>Show everything</Button>}>
      The words are looked for in what was asked, not in the answers.
    </Empty>
  ) : (
    <Empty
      icon={Glyph}
      title="Nothing was asked yet"
      action={
        <Button onClick={() => openAssistant()}>
          <Sparkle /> Ask the assistant
        </Button>
      }
    >
      What you ask, and what comes of it, stays here. Nobody else sees it.
    </Empty>
  );
}

function Conversations({ runs }: { runs: Run[] }) {
  const titles = new Map(useQuery(conversationsQuery()).data?.map((c) => [c.id, c.title]));
  return (
    <ol className="flex flex-col gap-4">
      {byConversation(runs).map(({ id, runs: asked }) => {
        const title = titles.get(id) ?? asked.at(-1)?.goal ?? "";
        const on = (
          <Button
            size="card"
            aria-label={`Go on with ${title}`}
            className="pointer-coarse:h-11"
            onClick={() => openConversation(id)}
          >
            <MessageSquare /> Go on
          </Button>
        );
        return (
          <li key={id} className="overflow-hidden rounded-xl border border-line-strong bg-surface">
            {asked.length > 1 && (
              <header className="flex min-h-10 items-center gap-2 border-b border-line bg-sunken py-1.5 pr-2 pl-4">
                <h2 className="min-w-0 flex-1 truncate text-section text-fg" title={title}>
                  {title}
                </h2>
                <span className="text-meta text-fg-3">{plural(asked.length, "request")}</span>
                {on}
              </header>
            )}
            <ul className="divide-y divide-line">
              {asked.map((run) => (
                <Asking key={run.id} run={run} aside={asked.length > 1 ? null : on} />
              ))}
            </ul>
          </li>
        );
      })}
    </ol>
  );
}

function Asking({ run, aside }: { run: Run; aside: ReactNode }) {
  const status = STATUS[run.status];
  const answer = unmarked(run.answer?.text.split("\n")[0] ?? "");
  return (
    <li className="flex items-start gap-2 py-2.5 pr-2 pl-4 text-cell">
      <div className="flex min-w-0 flex-1 flex-col gap-0.5">
        <p className="flex flex-wrap items-center gap-x-2 gap-y-1">
          <Link
            to="/assistant/runs/$id"
            params={{ id: run.id }}
            className="min-w-0 font-medium break-words text-fg hover:underline"
          >
            {run.goal}
          </Link>
          {run.status !== "done" && <Badge kind={status.kind}>{status.label}</Badge>}
        </p>
        {answer && <p className="truncate text-fg-2">{answer}</p>}
        <p className="flex flex-wrap gap-x-2 text-meta text-fg-3">
          <time dateTime={run.created_at} title={dateTime(run.created_at)}>
            {ago(run.created_at)}
          </time>
          <span>{run.planner === "model" ? "with a model" : run.planner ? "without a model" : ""}</span>
          {run.usage.ms != null && <span className="tnum">{seconds(run.usage.ms)}</span>}
          {run.proposals.length > 0 && <span>{plural(run.proposals.length, "proposal")}</span>}
          {run.feedback && <span>{run.feedback.useful ? "useful" : "not useful"}</span>}
        </p>
      </div>
      {aside}
    </li>
  );
}
