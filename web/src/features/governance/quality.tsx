/** How good the assistant is: by day, agent, model, version of its prompts and person; versions beside each other; alerts. */
import { useQuery, useSuspenseQuery } from "@tanstack/react-query";
import { useNavigate, useSearch } from "@tanstack/react-router";
import type { AiQuality, RunsMeasured } from "@/api/types";
import { Select } from "@/components/ui/input";
import { ReadFailed, SkeletonRows } from "@/components/ui/states";
import { AdminPage } from "@/features/admin/layout";
import { date, number, plural } from "@/lib/format";
import { Alerts } from "./alerts";
import { DAYS } from "./period";
import { Prompts } from "./prompts";
import { QualityTable } from "./quality-table";
import { percent, took } from "./quality-words";
import { alertsQuery, promptsQuery, qualityQuery } from "./queries";

export function QualityPage() {
  const days = useSearch({ from: "/_app/admin/ai-quality" }).days ?? 30;
  const navigate = useNavigate({ from: "/admin/ai-quality" });
  const alerts = useSuspenseQuery(alertsQuery()).data;
  const prompts = useSuspenseQuery(promptsQuery()).data;
  const quality = useQuery(qualityQuery(days));
  return (
    <AdminPage
      title="AI quality"
      text="How well the assistant and the agents do. Numbers only: what people ask stays theirs."
      aside={
        <Select
          aria-label="Period"
          className="w-36"
          value={days}
          onChange={(e) => void navigate({ search: { days: Number(e.target.value) } })}
        >
          {DAYS.map((n) => (
            <option key={n} value={n}>
              Last {n} days
            </option>
          ))}
        </Select>
      }
    >
      <Alerts alerts={alerts} />
      {quality.isPending && <SkeletonRows rows={6} />}
      <ReadFailed query={quality} />
      {quality.data && <Figures quality={quality.data} />}
      <Prompts prompts={prompts.items} comparisons={quality.data?.comparisons ?? []} />
    </AdminPage>
  );
}

const facts = (of: RunsMeasured): [string, string, string][] => [
  ["Runs", number(of.runs), `${number(of.failed)} failed: ${percent(of.error_rate)}`],
  [
    "Without a source",
    percent(of.hallucination_rate),
    `${number(of.unsupported)} of ${plural(of.sentences, "sentence")}, left out`,
  ],
  ["Latency", took(of.latency_p50_ms), of.runs > 0 ? `95 in 100 within ${took(of.latency_p95_ms)}` : "no runs"],
  ["Cost", of.cost, of.unpriced > 0 ? `without ${plural(of.unpriced, "run")} of unknown price` : "all runs"],
  ["Proposals approved", percent(of.acceptance), `of ${number(of.approved + of.rejected)} decided on`],
  [
    "Rating",
    of.rating === null || of.rating === undefined ? "–" : number(Math.round(of.rating * 10) / 10),
    `of 5, from ${plural(of.rated, "answer")}`,
  ],
  [
    "Found useful",
    percent(of.useful + of.not_useful > 0 ? of.useful / (of.useful + of.not_useful) : null),
    `of ${number(of.useful + of.not_useful)} judged`,
  ],
  ["Drafts used", percent(of.draft_use), `${number(of.drafts_used)} of ${number(of.drafts)}`],
];

function Figures({ quality }: { quality: AiQuality }) {
  return (
    <>
      <dl className="grid grid-cols-2 gap-2 md:grid-cols-4">
        {facts(quality.total).map(([label, value, more]) => (
          <div key={label} className="min-w-0 rounded-xl border border-line-strong bg-surface px-4 py-3">
            <dt className="text-meta text-fg-3">{label}</dt>
            <dd className="text-title text-fg tnum">{value}</dd>
            <dd className="text-meta text-fg-3 tnum">{more}</dd>
          </div>
        ))}
      </dl>
      <QualityTable title="By day" head="Day" rows={quality.by_day} name={(row) => date(row.key)} />
      <QualityTable title="By agent" head="Agent" rows={quality.by_agent} name={(row) => row.key} />
      <QualityTable
        title="By model"
        head="Model"
        rows={quality.by_model}
        name={(row) => row.key || "The grammar, without a model"}
      />
      <QualityTable
        title="By version of the prompt"
        head="Version"
        rows={quality.by_prompt}
        name={(row) => row.key || "No prompt"}
      />
      <QualityTable
        title="By person"
        head="Person"
        rows={quality.by_person}
        name={(row) => row.user?.name ?? "Somebody"}
      />
    </>
  );
}
