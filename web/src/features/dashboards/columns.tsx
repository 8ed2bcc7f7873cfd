/** Columns of two parts, the upper one hatched: they read in greyscale, and their numbers are there for who does not see them. */
export interface Column {
  key: string;
  label: string;
  /** The column in words. */
  spoken: string;
  lower: number;
  upper: number;
  /** Under the label. */
  note: string;
}

export function Columns({ items, tone = "bg-chart-1" }: { items: Column[]; tone?: "bg-chart-1" | "bg-chart-2" }) {
  const most = Math.max(1, ...items.map((c) => c.lower + c.upper));
  return (
    <ol className="flex h-56 items-stretch gap-1 px-4 pt-4 pb-3 md:gap-2">
      {items.map((c) => (
        <li key={c.key} className="flex min-w-0 flex-1 flex-col items-center gap-1">
          <span className="sr-only">{c.spoken}</span>
          <span aria-hidden className="flex w-full max-w-10 flex-1 flex-col justify-end">
            <span
              className="block rounded-t-xs border border-line-control hatched"
              style={{ height: `${(c.upper / most) * 100}%`, display: c.upper === 0 ? "none" : undefined }}
            />
            <span className={`block ${tone}`} style={{ height: `${(c.lower / most) * 100}%` }} />
          </span>
          <span aria-hidden className="text-meta text-fg-3">
            {c.label}
          </span>
          <span className="text-meta whitespace-nowrap text-fg tnum max-md:text-micro">{c.note}</span>
        </li>
      ))}
    </ol>
  );
}
