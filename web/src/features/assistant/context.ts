import { useQueryClient } from "@tanstack/react-query";
import { useMatches } from "@tanstack/react-router";
import type { RunContext } from "@/api/types";

/** What the assistant knows of. */
type Known = RunContext["type"];

const TYPES: Record<string, Known> = {
  "/_app/opportunities/$id": "opportunity",
  "/_app/accounts/$id": "account",
  "/_app/contacts/$id": "contact",
  "/_app/leads/$id": "lead",
};
const PLURAL = { opportunity: "opportunities", account: "accounts", contact: "contacts", lead: "leads" } as const;

/** The record that the page shows, which the assistant is told of. */
export function usePageContext(): (RunContext & { name: string }) | null {
  const client = useQueryClient();
  const at = useMatches({
    select: (matches) => {
      const last = matches.at(-1);
      const type = last && TYPES[last.routeId];
      return type && "id" in last.params ? `${type} ${last.params.id}` : null;
    },
  });
  if (!at) return null;
  const [type, id] = at.split(" ") as [Known, string];
  const known = client.getQueryData<{ name: string }>([PLURAL[type], "detail", id]);
  return { type, id, name: known?.name ?? "this record" };
}
