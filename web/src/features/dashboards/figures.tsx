import type { SlaAdherence } from "@/api/types";
import { number } from "@/lib/format";
import { share } from "./share";

/** The numbers that one looks at first. */
export function Figures({ data }: { data: SlaAdherence }) {
  const { total } = data;
  const figures = [
    ["Kept", share(total.percent), `${number(total.met)} of ${number(total.met + total.breached)}`],
    ["Broken", number(total.breached), "not done in time"],
    ["Overdue now", atMost(data.open_breaches), "still open"],
    ["Due soon", atMost(data.due_soon), "have been warned of"],
  ] as const;
  return (
    <dl className="grid grid-cols-2 gap-3 lg:grid-cols-4">
      {figures.map(([label, value, note]) => (
        <div key={label} className="rounded-xl border border-line-strong bg-surface px-4 py-3">
          <dt className="text-meta text-fg-3">{label}</dt>
          <dd className="text-title text-fg tnum">{value}</dd>
          <dd className="text-meta text-fg-3">{note}</dd>
        </div>
      ))}
    </dl>
  );
}

const atMost = (value: number): string => (value >= 10_000 ? `${number(10_000)}+` : number(value));
