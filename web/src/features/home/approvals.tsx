import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { Badge } from "@/components/ui/badge";
import { PersonMark } from "@/components/ui/marks";
import { Card } from "@/components/ui/states";
import { ago } from "@/lib/format";
import { approvalsQuery } from "./queries";

/** What waits for my yes; nothing while nothing does. */
export function Approvals() {
  const { items = [], next_cursor } = useQuery(approvalsQuery()).data ?? {};
  if (items.length === 0) return null;
  return (
    <Card
      title={
        <>
          Approvals{" "}
          <Badge>
            {items.length}
            {next_cursor ? "+" : ""}
          </Badge>
        </>
      }
      aside={
        <Link to="/approvals" className="text-meta text-accent-text hover:underline">
          All approvals
        </Link>
      }
    >
      <ul>
        {items.map((a) => (
          <li key={a.id} className="flex items-center gap-2 border-b border-line px-4 py-2 text-cell last:border-0">
            <PersonMark id={a.requested_by.id} name={a.requested_by.name} size={20} />
            <Link
              to="/approvals/$id"
              params={{ id: a.id }}
              className="min-w-0 flex-1 truncate font-medium text-fg hover:underline"
            >
              {a.subject.name}
            </Link>
            <span className="truncate text-fg-2">{a.definition.name}</span>
            <span className="text-meta text-fg-3">{ago(a.created_at)}</span>
          </li>
        ))}
      </ul>
    </Card>
  );
}
