import { Link } from "@tanstack/react-router";
import type { NewSlaRule, SlaSimulation } from "@/api/types";
import { dateTime, month, number, plural } from "@/lib/format";

type Found = SlaSimulation["found"];
type Counts = Found["counts"];

const COLUMNS: [keyof Counts, string][] = [
  ["started", "Clocks"],
  ["met", "In time"],
  ["warned", "Warned"],
  ["breached", "Overdue"],
];
const WHEN = { warning: "at the warning", breach: "at the breach", after_breach: "after the breach" };
const DONE: Record<string, string> = {
  notify: "people told",
  reassign: "given to another owner",
  task: "tasks made",
  raise: "raised to the manager",
};

/** What a rule would have done. */
export function Simulated(props: { found: Found; records: number; object: NewSlaRule["object"] }) {
  const { counts, steps, by_month, by_owner, examples } = props.found;
  if (counts.started === 0)
    return <p className="text-fg">Of {plural(props.records, "record")} none would have had a clock.</p>;
  return (
    <>
      <p className="text-fg">
        {plural(counts.started, "clock")} in {plural(props.records, "record")}: {number(counts.met)} in time,{" "}
        <strong className="font-semibold">{number(counts.breached)} overdue</strong>, of which {number(counts.met_late)}{" "}
        were done late; {number(counts.open)} would still run.
      </p>
      {steps.length > 0 && (
        <ul className="list-inside list-disc text-fg-2">
          {steps.map((s) => (
            <li key={`${s.when}:${s.action}`}>
              {number(s.count)} × {DONE[s.action] ?? s.action} {WHEN[s.when]}
            </li>
          ))}
        </ul>
      )}
      <Table
        caption="By month"
        rows={by_month.map((m) => ({ key: m.month, name: month(m.month.slice(0, 7)), counts: m }))}
      />
      <Table caption="By owner" rows={by_owner.map((o) => ({ key: o.owner.id, name: o.owner.name, counts: o }))} />
      {examples.length > 0 && (
        <section aria-label="Examples">
          <h3 className="mb-1 text-meta font-medium text-fg-3">Some that would have been overdue</h3>
          <ul className="flex flex-col gap-0.5">
            {examples.map((e) => (
              <li key={`${e.record.id}:${e.started_at}`} className="flex flex-wrap gap-x-2">
                <Link
                  to={props.object === "lead" ? "/leads/$id" : "/opportunities/$id"}
                  params={{ id: e.record.id }}
                  className="text-accent-text hover:underline"
                >
                  {e.record.name}
                </Link>
                <span className="text-fg-3">
                  due {dateTime(e.breached_at)}
                  {e.ended_at ? `, ended ${dateTime(e.ended_at)}` : ", still open"}
                </span>
              </li>
            ))}
          </ul>
        </section>
      )}
    </>
  );
}

function Table(props: { caption: string; rows: { key: string; name: string; counts: Counts }[] }) {
  return (
    <div className="scroll-thin overflow-x-auto">
      <table className="w-full min-w-96 text-cell">
        <caption className="pb-1 text-left text-meta font-medium text-fg-3">{props.caption}</caption>
        <thead>
          <tr className="border-b border-line text-meta text-fg-3">
            <th scope="col" className="py-1 text-left font-medium">
              <span className="sr-only">{props.caption}</span>
            </th>
            {COLUMNS.map(([key, label]) => (
              <th key={key} scope="col" className="w-20 py-1 text-right font-medium">
                {label}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {props.rows.map((row) => (
            <tr key={row.key} className="border-b border-line last:border-b-0">
              <th scope="row" className="py-1 text-left font-normal text-fg">
                {row.name}
              </th>
              {COLUMNS.map(([key]) => (
                <td key={key} className="py-1 text-right text-fg tnum">
                  {number(row.counts[key])}
                </td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}
