/** Agents that work on their own, for administrators: on or off, when, for whom, what has come of them. */
import { useQueryClient, useSuspenseQuery } from "@tanstack/react-query";
import { useState } from "react";
import { patch } from "@/api/client";
import { useMay } from "@/api/shared";
import type { Routine } from "@/api/types";
import { ActiveSwitch } from "@/components/crm/active-switch";
import { Badge } from "@/components/ui/badge";
import { Button } from "@/components/ui/button";
import { ago, plural } from "@/lib/format";
import { loadable } from "@/lib/loadable";
import { routinesQuery } from "./queries";
import { audienceWords, costWords, scheduleWords } from "./words";

const Settings = loadable(() => import("./settings").then((m) => m.Settings));
const DryRun = loadable(() => import("./dry-run").then((m) => m.DryRun));
const Runs = loadable(() => import("./runs").then((m) => m.Runs));

type Opened = "settings" | "try" | "runs";

export function Agents() {
  const routines = useSuspenseQuery(routinesQuery()).data;
  return (
    <div className="flex max-w-4xl flex-col gap-4 px-4 py-4 md:px-5">
      <header>
        <h1 className="text-title text-fg">Agents</h1>
        <p className="text-cell text-fg-3">
          They work on their own and tell each person what they found, on Home and by mail: only what that person may
          see. What they would change they propose. None of them needs a language model.
        </p>
      </header>
      <ul className="border-t border-line">
        {routines.map((routine) => (
          <Row key={routine.kind} routine={routine} />
        ))}
      </ul>
    </div>
  );
}

function Row({ routine: r }: { routine: Routine }) {
  const client = useQueryClient();
  const may = useMay("automation", "update");
  const [opened, setOpened] = useState<Opened | null>(null);
  const close = () => setOpened(null);
  return (
    <li className="flex items-start gap-3 border-b border-line py-3 text-cell">
      {may ? (
        <ActiveSwitch
          rule={r}
          save={(active) => patch("/routines/{kind}", { path: { kind: r.kind }, ifMatch: r.version, body: { active } })}
          refresh={() => client.invalidateQueries({ queryKey: ["routines"] })}
        />
      ) : (
        <Badge kind={r.active ? "ok" : "outline"}>{r.active ? "On" : "Off"}</Badge>
      )}
      <div className="min-w-0 flex-1">
        <p className="flex flex-wrap items-center gap-2">
          <span className="font-medium text-fg">{r.name}</span>
          {r.last_run?.status === "failed" && <Badge kind="bad">The last run failed</Badge>}
        </p>
        <p className="text-fg-2">{r.about}</p>
        <p className="text-meta text-fg-3">
          {r.schedule ? scheduleWords(r.schedule) : r.event} · {audienceWords(r)} · Home{r.by_mail && " and mail"}
        </p>
        <Figures routine={r} />
        <div className="flex flex-wrap gap-2 pt-2">
          {may && (
            <Button size="card" onClick={() => setOpened("try")}>
              Try it
            </Button>
          )}
          {may && (
            <Button size="card" onClick={() => setOpened("settings")}>
              Settings
            </Button>
          )}
          <Button size="card" onClick={() => setOpened("runs")}>
            Runs
          </Button>
        </div>
      </div>
      {opened === "settings" && <Settings routine={r} onClose={close} />}
      {opened === "try" && <DryRun routine={r} onClose={close} />}
      {opened === "runs" && <Runs routine={r} onClose={close} />}
    </li>
  );
}

function Figures({ routine: { figures: f, last_run } }: { routine: Routine }) {
  if (!last_run) return <p className="text-meta text-fg-3">It has not run yet.</p>;
  return (
    <p className="text-meta text-fg-3 tnum">
      Last {ago(last_run.at)} · in 30 days {plural(f.runs, "run")}
      {f.failed > 0 && <span className="text-bad-text">, {f.failed} failed</span>} · {f.found} found
      {f.proposals > 0 && ` · ${plural(f.proposals, "proposal")}, ${f.approved} approved`} ·{" "}
      {f.rating ? `rated ${f.rating} of 5 (${f.ratings})` : "not rated yet"} · {costWords(f)}
    </p>
  );
}
