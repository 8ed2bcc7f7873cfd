/** What an agent says: each line with the record or the deals that it speaks of. */
import { Link } from "@tanstack/react-router";
import { ArrowUpRight } from "lucide-react";
import type { RoutineLine } from "@/api/types";
import { written } from "@/components/crm/list/tree";
import { PAGES } from "@/components/crm/record-link";
import { SubjectLink } from "@/components/crm/task-row";

function Named({ record }: { record: NonNullable<RoutineLine["record"]> }) {
  if (record.type in PAGES) return <SubjectLink subject={record} className="font-medium text-fg" />;
  if (record.type === "task")
    return (
      <Link to="/tasks" className="font-medium text-fg underline-offset-2 hover:underline">
        {record.name}
      </Link>
    );
  return <span className="font-medium text-fg">{record.name}</span>;
}

export function Lines({ lines, leftOut }: { lines: RoutineLine[]; leftOut: number }) {
  return (
    <ul>
      {lines.map((line, at) => (
        <li
          key={`${line.record?.id ?? ""}${at}`}
          className="flex flex-col gap-0.5 border-b border-line px-4 py-2 text-cell last:border-0"
        >
          {line.record && <Named record={line.record} />}
          <span className="text-fg-2">
            {line.text}
            {line.deals != null && (
              <>
                {" "}
                <Link
                  to="/opportunities"
                  search={{ filter: written(line.deals) }}
                  className="inline-flex items-center gap-0.5 text-meta whitespace-nowrap text-accent-text hover:underline"
                >
                  Show <ArrowUpRight className="size-3" aria-hidden />
                </Link>
              </>
            )}
          </span>
        </li>
      ))}
      {leftOut > 0 && <li className="px-4 py-2 text-meta text-fg-3">and {leftOut} more</li>}
    </ul>
  );
}
