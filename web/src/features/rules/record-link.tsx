import { Link } from "@tanstack/react-router";
import type { RuleObject } from "@/api/types";

const PAGES = {
  opportunity: "/opportunities/$id",
  account: "/accounts/$id",
  contact: "/contacts/$id",
  lead: "/leads/$id",
} as const;

/** A record by name; tasks have no page of their own. */
export function RecordLink({ object, id, name }: { object: RuleObject; id: string; name: string }) {
  const style = "truncate font-medium text-fg underline-offset-2 hover:underline";
  if (object === "task")
    return (
      <Link to="/tasks" className={style}>
        {name}
      </Link>
    );
  return (
    <Link to={PAGES[object]} params={{ id }} className={style}>
      {name}
    </Link>
  );
}
