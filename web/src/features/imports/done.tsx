import { Link } from "@tanstack/react-router";
import { useQueryClient } from "@tanstack/react-query";
import { CircleAlert, CircleCheck, Download, Undo2 } from "lucide-react";
import { useState } from "react";
import { BASE } from "@/api/client";
import type { Import } from "@/api/types";
import { Button } from "@/components/ui/button";
import { Confirm } from "@/components/ui/confirm";
import { Progress } from "@/components/ui/states";
import { Spinner } from "@/components/ui/spinner";
import { number, percent } from "@/lib/format";
import { useImportActions } from "./actions";
import { Files } from "./files";
import { OBJECTS } from "./queries";

/** Step four: how it goes, how it went, and the way back. */
export function Done({ item }: { item: Import }) {
  if (item.status === "running" || item.status === "rolling_back") return <Running item={item} />;
  return <Finished item={item} />;
}

function Running({ item }: { item: Import }) {
  const { done, total } = item.progress ?? { done: 0, total: item.rows };
  return (
    <div className="flex max-w-lg flex-col gap-3 px-4 py-6 md:px-5" role="status">
      <h1 className="flex items-center gap-3 text-title text-fg">
        <Spinner /> {item.status === "running" ? "Importing" : "Rolling back"}
      </h1>
      <Progress value={done} max={total} label={item.status === "running" ? "Importing" : "Rolling back"} />
      <p className="text-cell text-fg-3 tnum">
        {number(done)} of {number(total)} rows, {percent(total > 0 ? (done / total) * 100 : 0)}. You can leave this
        page; it goes on.
      </p>
    </div>
  );
}

const PAGES: Record<string, "/accounts" | "/contacts" | "/leads" | "/opportunities" | "/tasks"> = {
  account: "/accounts",
  contact: "/contacts",
  lead: "/leads",
  opportunity: "/opportunities",
  task: "/tasks",
};

function Finished({ item }: { item: Import }) {
  const { rollBack } = useImportActions(item.id);
  const client = useQueryClient();
  const [asking, setAsking] = useState(false);
  const noun = OBJECTS.find((o) => o.id === item.object)?.plural ?? "rows";
  const result = item.result ?? { created: 0, updated: 0, skipped: 0, failed: 0 };
  const ok = item.status === "done";
  const to = PAGES[item.object] ?? "/admin";
  const Glyph = ok || item.status === "rolled_back" ? CircleCheck : CircleAlert;
  return (
    <div className="flex max-w-2xl flex-col gap-4 px-4 py-6 md:px-5">
      <h1 className="flex items-center gap-2 text-title text-fg">
        <Glyph
          className={ok ? "size-5 text-ok" : item.status === "failed" ? "size-5 text-bad" : "size-5 text-fg-3"}
          aria-hidden
        />
        {ok
          ? `${number(result.created + result.updated)} ${noun} imported`
          : item.status === "rolled_back"
            ? "This import was rolled back"
            : "This import failed"}
      </h1>
      {item.error && (
        <p role="alert" className="text-cell text-bad-text">
          {item.error}
        </p>
      )}
      {ok && (
        <dl className="grid grid-cols-2 gap-3 md:grid-cols-4">
          {(
            [
              ["Created", result.created],
              ["Updated", result.updated],
              ["Left out", result.skipped],
              ["Failed", result.failed],
            ] as const
          ).map(([label, n]) => (
            <div key={label} className="rounded-xl border border-line-strong px-4 py-3">
              <dt className="text-meta text-fg-3">{label}</dt>
              <dd className="text-figure text-fg tnum">{number(n)}</dd>
            </div>
          ))}
        </dl>
      )}
      {item.attachments && item.status !== "rolled_back" && <Files id={item.id} counts={item.attachments} />}
      {item.status === "rolled_back" && (
        <p className="text-cell text-fg-2">
          What it had created is gone, and what it had updated is as it was before, but for what people changed since.
        </p>
      )}
      <div className="flex flex-wrap gap-2">
        {ok && item.object !== "activity" && (
          <Button asChild variant="primary">
            <Link to={to} onClick={() => void client.invalidateQueries()}>
              See the {noun}
            </Link>
          </Button>
        )}
        {result.failed > 0 && (
          <Button asChild>
            <a href={`${BASE}/imports/${item.id}/failed.csv`} download>
              <Download /> Download the {number(result.failed)} failed rows
            </a>
          </Button>
        )}
        {item.can_roll_back && (
          <Button variant="danger" onClick={() => setAsking(true)}>
            <Undo2 /> Roll back
          </Button>
        )}
        <Button asChild variant="quiet">
          <Link to="/admin/imports">Import another file</Link>
        </Button>
      </div>
      {asking && (
        <Confirm
          title="Roll back this import?"
          description={`${number(result.created)} created ${noun} go away, ${number(result.updated)} updated ones become as they were.`}
          verb="Roll back"
          stay="Keep it"
          onConfirm={() => {
            setAsking(false);
            rollBack.mutate();
          }}
          onClose={() => setAsking(false)}
        >
          <p>Records that people changed since keep those changes.</p>
        </Confirm>
      )}
    </div>
  );
}
