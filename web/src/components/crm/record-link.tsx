import { Link } from "@tanstack/react-router";
import type { RuleObject } from "@/api/types";

/** The page of each kind of record. */
export const PAGES = {
  opportunity: "/opportunities/$id",
  account: "/accounts/$id",
  contact: "/contacts/$id",
  lead: "/leads/$id",
} as const;

/** A record by name; tasks have no page of their own. */
export function RecordLink(props: { object: RuleObject; id: string; name: string; newTab?: boolean }) {
  const { object, id, name } = props;
  const rest = {
    className: "truncate font-medium text-fg underline-offset-2 hover:underline",
    ...(props.newTab ? { target: "_blank", rel: "noreferrer" } : {}),
  };
  if (object === "task")
    return (
      <Link to="/tasks" {...rest}>
        {name}
      </Link>
    );
  return (
    <Link to={PAGES[object]} params={{ id }} {...rest}>
      {name}
    </Link>
  );
}
