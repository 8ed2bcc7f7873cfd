/** How far the index of the search is, for administrators. */
import { useMutation, useQueryClient, useSuspenseQuery } from "@tanstack/react-query";
import { post } from "@/api/client";
import { sentence } from "@/api/problem";
import type { KnowledgeStatus } from "@/api/types";
import { Badge } from "@/components/ui/badge";
import { Button } from "@/components/ui/button";
import { Card, Progress } from "@/components/ui/states";
import { failed } from "@/components/ui/toast";
import { dateTime, number } from "@/lib/format";
import { statusQuery } from "./queries";

const STATE = {
  untouched: { kind: "warn", label: "Not indexed" },
  running: { kind: "neutral", label: "Running" },
  done: { kind: "ok", label: "Up to date" },
} as const;

export function IndexState() {
  const status = useSuspenseQuery(statusQuery()).data;
  const client = useQueryClient();
  const begin = useMutation({
    mutationFn: () => post("/knowledge/reindex"),
    onError: (error) => failed("The index was not begun", sentence(error)),
    onSettled: () => client.invalidateQueries({ queryKey: statusQuery().queryKey }),
  });
  const running = status.state === "running";
  const { kind, label } = STATE[status.state];
  return (
    <div className="flex max-w-3xl flex-col gap-4 px-4 py-4 md:px-5">
      <header className="flex flex-wrap items-start gap-3">
        <div className="min-w-0 flex-1 basis-64">
          <h1 className="text-title text-fg">Search index</h1>
          <p className="text-cell text-fg-3">
            What search by meaning and the assistant look things up in. It follows each change by itself.
          </p>
        </div>
        <Button variant="primary" disabled={running} busy={begin.isPending && "Asking"} onClick={() => begin.mutate()}>
          Index everything anew
        </Button>
      </header>
      <Card title="Index of everything" aside={<Badge kind={kind}>{label}</Badge>}>
        <div className="flex flex-col gap-2 px-4 py-3 text-cell text-fg-2">
          <Told status={status} />
          {running && <Progress value={status.done} max={status.total} label="Records that have been read" />}
        </div>
      </Card>
      <Figures status={status} />
    </div>
  );
}

function Told({ status }: { status: KnowledgeStatus }) {
  if (status.state === "untouched")
    return (
      <p>
        There is more here than is indexed unasked. What has changed since is found; the rest when you begin. A million
        records take hours, in the background.
      </p>
    );
  if (status.state === "running")
    return (
      <p className="tnum">
        {number(status.done)} of {number(status.total)} records, activities, files and materials have been read.
      </p>
    );
  return <p>Finished {status.finished_at ? dateTime(status.finished_at) : "before"}.</p>;
}

function Figures({ status }: { status: KnowledgeStatus }) {
  const rows: [string, string, string?][] = [
    ["Passages", number(status.passages), `of ${number(status.sources)} records, activities, files and materials`],
    ["Found by meaning", number(status.embedded), status.model ? `by ${status.model}` : undefined],
    ["Wait for the model", number(status.waiting), status.waiting > 0 ? "found by their words until then" : undefined],
    ["Wait to be read", number(status.unread)],
  ];
  return (
    <Card title="What is in it">
      <dl className="flex flex-col px-4 py-1 text-cell">
        {rows.map(([name, value, note]) => (
          <div key={name} className="flex flex-wrap items-baseline gap-x-3 border-b border-line py-2 last:border-0">
            <dt className="basis-44 text-fg-3">{name}</dt>
            <dd className="text-fg tnum">
              {value} {note && <span className="text-fg-3">{note}</span>}
            </dd>
          </div>
        ))}
      </dl>
      {!status.by_meaning && (
        <p className="px-4 pb-3 text-cell text-fg-3">
          No model compares meanings on this server, so passages are found by their words alone.
        </p>
      )}
    </Card>
  );
}
