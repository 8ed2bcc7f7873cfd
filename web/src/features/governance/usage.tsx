/** What the assistant used and how good it was, and what it may use. */
import { useQuery, useSuspenseQuery } from "@tanstack/react-query";
import { useNavigate, useSearch } from "@tanstack/react-router";
import type { AiUsage, UsageRow } from "@/api/types";
import { Select } from "@/components/ui/input";
import { Card, ReadFailed, SkeletonRows } from "@/components/ui/states";
import { AdminPage } from "@/features/admin/layout";
import { date, number, plural } from "@/lib/format";
import { Budgets } from "./budgets";
import { DAYS } from "./period";
import { budgetsQuery, usageQuery } from "./queries";

export function UsagePage() {
  const days = useSearch({ from: "/_app/admin/ai-usage" }).days ?? 30;
  const navigate = useNavigate({ from: "/admin/ai-usage" });
  const budgets = useSuspenseQuery(budgetsQuery()).data;
  const usage = useQuery(usageQuery(days));
  return (
    <AdminPage
      title="AI usage"
      text="Calls, cost and quality of the assistant, and its budgets. Numbers only: what people ask stays theirs."
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
      <Budgets budgets={budgets} />
      {usage.isPending && <SkeletonRows rows={6} />}
      <ReadFailed query={usage} />
      {usage.data && <Figures usage={usage.data} />}
    </AdminPage>
  );
}

const share = (value: number | null | undefined): string =>
  value === null || value === undefined ? "–" : `${number(Math.round(value * 100))} %`;
const decimal = (value: number | null | undefined): string =>
  value === null || value === undefined ? "–" : number(Math.round(value * 10) / 10);
const ms = (value: number | null | undefined): string =>
  value === null || value === undefined
    ? "–"
    : value < 1000
      ? `${number(Math.round(value))} ms`
      : `${number(Math.round(value / 100) / 10)} s`;

function Figures({ usage }: { usage: AiUsage }) {
  const { total, runs, proposals } = usage;
  const facts = [
    ["Runs", number(runs.runs), `${number(runs.by_model)} planned by a model`],
    ["Calls of models", number(total.calls), `${number(total.failed)} failed`],
    ["Tokens", number(total.tokens_in + total.tokens_out), `${number(total.tokens_out)} of them out`],
    [
      "Cost",
      total.cost,
      total.unpriced > 0 ? `without ${plural(total.unpriced, "call")} of unknown price` : "all calls",
    ],
    [
      "Latency",
      ms(total.latency_p50_ms),
      total.calls > 0 ? `95 in 100 within ${ms(total.latency_p95_ms)}` : "no calls",
    ],
    [
      "Proposals approved",
      share(proposals.acceptance),
      `of ${number(proposals.approved + proposals.rejected)} decided on`,
    ],
    [
      "Found useful",
      share(ratio(runs.useful, runs.useful + runs.not_useful)),
      `of ${number(runs.useful + runs.not_useful)} rated`,
    ],
    ["Without a source", decimal(runs.left_out_per_100), "sentences left out per 100 answers"],
  ] as const;
  return (
    <>
      <dl className="grid grid-cols-2 gap-2 md:grid-cols-4">
        {facts.map(([label, value, more]) => (
          <div key={label} className="rounded-xl border border-line-strong bg-surface px-4 py-3">
            <dt className="text-meta text-fg-3">{label}</dt>
            <dd className="text-title text-fg tnum">{value}</dd>
            <dd className="text-meta text-fg-3 tnum">{more}</dd>
          </div>
        ))}
      </dl>
      <Table title="By person" head="Person" rows={usage.by_person} name={(row) => row.user?.name ?? "Somebody"} />
      <Table title="By model" head="Model" rows={usage.by_model} name={(row) => row.key} />
      <Table title="By purpose" head="Purpose" rows={usage.by_purpose} name={(row) => PURPOSES[row.key] ?? row.key} />
      <Table title="By day" head="Day" rows={usage.by_day} name={(row) => date(row.key)} />
    </>
  );
}

const PURPOSES: Record<string, string> = {
  plan: "Plans of requests",
  filter: "Sentences of lists",
  embed: "Meaning",
  replay: "Requests run again",
};

const ratio = (part: number, whole: number): number | null => (whole > 0 ? part / whole : null);

function Table(props: { title: string; head: string; rows: UsageRow[]; name: (row: UsageRow) => string }) {
  if (props.rows.length === 0) return null;
  const most = Math.max(...props.rows.map((row) => row.calls));
  return (
    <Card title={props.title}>
      <div className="overflow-x-auto">
        <table className="w-full text-cell">
          <thead>
            <tr className="text-meta text-fg-3">
              <th className="px-4 py-1.5 text-left font-medium">{props.head}</th>
              <th className="w-1/4 px-2 py-1.5 text-left font-medium max-md:hidden">
                <span className="sr-only">Share</span>
              </th>
              {["Calls", "Failed", "Tokens", "Cost"].map((head) => (
                <th key={head} className="px-4 py-1.5 text-right font-medium">
                  {head}
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {props.rows.map((row) => (
              <tr key={`${row.user?.id ?? ""}${row.key}`} className="border-t border-line">
                <th scope="row" className="px-4 py-1.5 text-left font-normal text-fg">
                  {props.name(row)}
                </th>
                <td className="px-2 max-md:hidden" aria-hidden>
                  <span
                    className="block h-1.5 rounded-xs bg-accent"
                    style={{ width: `${(row.calls / most) * 100}%` }}
                  />
                </td>
                <td className="px-4 py-1.5 text-right tnum">{number(row.calls)}</td>
                <td className="px-4 py-1.5 text-right tnum">{number(row.failed)}</td>
                <td className="px-4 py-1.5 text-right tnum">{number(row.tokens_in + row.tokens_out)}</td>
                <td className="px-4 py-1.5 text-right tnum">{row.unpriced === row.calls ? "not known" : row.cost}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </Card>
  );
}
