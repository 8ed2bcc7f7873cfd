import { useSuspenseQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import type { BoardColumn, Money } from "@/api/types";
import { StageRing } from "@/components/ui/stage-ring";
import { Card } from "@/components/ui/states";
import { moneyRound, plural } from "@/lib/format";
import { myBoardQuery } from "./queries";

function total(columns: BoardColumn[], pick: (c: BoardColumn) => Money | null | undefined): Money | null {
  const currency = columns[0] && pick(columns[0])?.currency;
  if (!currency) return null;
  const cents = columns.reduce((sum, c) => sum + Math.round(Number(pick(c)?.amount ?? 0) * 100), 0);
  return { amount: (cents / 100).toFixed(2), currency };
}

/** How long a stage's bar is: by its sum or, where amounts are hidden, by its deals. */
const size = (c: BoardColumn): number => (c.sum ? Number(c.sum.amount) : c.count);

export function MyPipeline() {
  const { data } = useSuspenseQuery(myBoardQuery());
  const open = data.columns.filter((c) => c.stage.kind === "open");
  const most = Math.max(1, ...open.map(size));
  const weighted = total(open, (c) => c.weighted);
  const deals = open.reduce((n, c) => n + c.count, 0);
  return (
    <Card title="My open pipeline" aside={<span className="text-meta text-fg-3 tnum">{plural(deals, "deal")}</span>}>
      <div className="flex flex-col gap-2.5 px-4 py-3">
        <p className="flex items-baseline justify-between gap-2">
          <span className="text-figure text-fg tnum">{moneyRound(total(open, (c) => c.sum))}</span>
          {weighted && <span className="text-meta text-fg-3 tnum">{moneyRound(weighted)} weighted</span>}
        </p>
        <ul className="flex flex-col gap-1.5">
          {open.map((c) => (
            <li key={c.stage.id}>
              <Link
                to="/opportunities"
                search={{ stage_id: c.stage.id, owner_id: "me" }}
                className="grid grid-cols-[minmax(0,112px)_24px_minmax(0,1fr)_auto] items-center gap-2 rounded-sm text-cell hover:bg-muted"
              >
                <span className="flex min-w-0 items-center gap-1.5">
                  <StageRing kind={c.stage.kind} probability={c.stage.probability} />
                  <span className="truncate">{c.stage.name}</span>
                </span>
                <span className="text-right text-fg-3 tnum">{c.count}</span>
                <span className="h-1.5 rounded-xs bg-active">
                  <span
                    className="block h-full rounded-xs bg-chart-2"
                    style={{ width: `${(size(c) / most) * 100}%` }}
                  />
                </span>
                <span className="min-w-20 text-right text-fg tnum">{moneyRound(c.sum)}</span>
              </Link>
            </li>
          ))}
        </ul>
      </div>
    </Card>
  );
}
