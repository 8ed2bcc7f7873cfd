import { useQuery } from "@tanstack/react-query";
import { Badge } from "@/components/ui/badge";
import { Card } from "@/components/ui/states";
import { date } from "@/lib/format";
import { earlierClosesQuery } from "./parts-query";

/** How the deal was closed before it was opened again. */
export function EarlierCloses({ id }: { id: string }) {
  const closes = useQuery(earlierClosesQuery(id)).data ?? [];
  if (closes.length === 0) return null;
  return (
    <Card title="Closed before">
      <ul>
        {closes.map((c) => (
          <li
            key={c.closed_at}
            className="flex flex-col gap-0.5 border-b border-line px-4 py-2 text-cell last:border-0"
          >
            <span className="flex flex-wrap items-center gap-2 text-fg">
              <Badge kind={c.outcome === "won" ? "ok" : "bad"}>{c.outcome === "won" ? "Won" : "Lost"}</Badge>
              {date(c.closed_at.slice(0, 10))}, {c.closed_by}
              <span className="text-fg-3">{[c.reason, c.lost_to && `to ${c.lost_to}`].filter(Boolean).join(", ")}</span>
            </span>
            {c.notes && <span className="text-fg-2">{c.notes}</span>}
            {c.reopened_at && (
              <span className="text-fg-3">
                Reopened {date(c.reopened_at.slice(0, 10))} by {c.reopened_by}
                {c.reopened_for ? `: ${c.reopened_for}` : ""}
              </span>
            )}
          </li>
        ))}
      </ul>
    </Card>
  );
}
