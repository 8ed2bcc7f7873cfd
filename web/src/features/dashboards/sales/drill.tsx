import { Link } from "@tanstack/react-router";
import type { ReactNode } from "react";
import { listSearch, type Scope } from "./scope";

/** A figure as a link to the very deals behind it; as it is where lists know no such condition. */
export function Drill(props: { scope: Scope; deals: unknown; label: string; className?: string; children: ReactNode }) {
  if (!props.deals) return <span className={props.className}>{props.children}</span>;
  return (
    <Link
      to="/opportunities"
      search={listSearch(props.scope, props.deals)}
      aria-label={`${props.label}: show the deals`}
      className={`underline-offset-2 hover:underline ${props.className ?? ""}`}
    >
      {props.children}
    </Link>
  );
}
