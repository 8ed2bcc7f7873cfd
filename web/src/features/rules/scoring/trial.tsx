import { Link } from "@tanstack/react-router";
import type { ScoreDistribution, ScoreTrial } from "@/api/types";
import { Card } from "@/components/ui/states";
import { number, plural } from "@/lib/format";

const GRADES = ["a", "b", "c", "d"] as const;

/** How scores would change: grades before and after, the scores by tens, and who would change most. */
export function Trial({ trial }: { trial: ScoreTrial }) {
  return (
    <Card title="How scores would change">
      <div role="status" className="px-4 py-2 text-cell text-fg-2">
        {plural(trial.changed, "lead")} of the newest {number(trial.leads)} would have another score. Nothing has been
        changed.
      </div>
      <table className="w-full text-cell">
        <thead>
          <tr className="border-b border-line text-meta text-fg-3">
            <th scope="col" className="px-4 py-1.5 text-left font-medium">
              Grade
            </th>
            <th scope="col" className="px-4 py-1.5 text-right font-medium">
              Now
            </th>
            <th scope="col" className="px-4 py-1.5 text-right font-medium">
              With these rules
            </th>
          </tr>
        </thead>
        <tbody>
          {GRADES.map((grade) => (
            <tr key={grade} className="border-b border-line">
              <th scope="row" className="px-4 py-1.5 text-left font-normal text-fg">
                {grade.toUpperCase()}
              </th>
              <td className="px-4 py-1.5 text-right tnum">{number(trial.before[grade])}</td>
              <td className="px-4 py-1.5 text-right font-medium text-fg tnum">{number(trial.after[grade])}</td>
            </tr>
          ))}
        </tbody>
      </table>
      <Tens before={trial.before} after={trial.after} />
      {trial.most.length > 0 && (
        <ul className="border-t border-line py-1">
          {trial.most.map((c) => (
            <li key={c.lead.id} className="flex items-center gap-3 px-4 py-1 text-cell">
              <Link
                to="/leads/$id"
                params={{ id: c.lead.id }}
                className="min-w-0 flex-1 truncate text-fg hover:underline"
              >
                {c.lead.name}
              </Link>
              <span className="text-fg-3 tnum">
                {c.before} {c.grade_before.toUpperCase()} →{" "}
                <span className="font-medium text-fg">
                  {c.after} {c.grade_after.toUpperCase()}
                </span>
              </span>
            </li>
          ))}
        </ul>
      )}
    </Card>
  );
}

/** Leads by tens of points: what is now hatched, what would be full. */
function Tens({ before, after }: { before: ScoreDistribution; after: ScoreDistribution }) {
  const most = Math.max(1, ...before.tens, ...after.tens);
  return (
    <ol aria-label="Leads by score" className="flex h-32 items-stretch gap-1 px-4 py-3">
      {after.tens.map((now, at) => (
        <li key={at} className="flex min-w-0 flex-1 flex-col items-center gap-1">
          <span className="sr-only">
            {at * 10} and more: {before.tens[at] ?? 0} now, {now} with these rules
          </span>
          <span aria-hidden className="flex w-full flex-1 items-end gap-px">
            <span
              className="flex-1 border border-line-control hatched"
              style={{ height: `${((before.tens[at] ?? 0) / most) * 100}%` }}
            />
            <span className="flex-1 bg-chart-1" style={{ height: `${(now / most) * 100}%` }} />
          </span>
          <span aria-hidden className="text-micro text-fg-3 tnum">
            {at * 10}
          </span>
        </li>
      ))}
    </ol>
  );
}
