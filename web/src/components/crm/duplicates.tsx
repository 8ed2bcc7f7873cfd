/** What may be there already, told while somebody types a new record. */
import { keepPreviousData, queryOptions, useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { post } from "@/api/client";
import type { DuplicateCandidate, DuplicateCheck, MatchObject } from "@/api/types";
import { useRested } from "@/lib/hooks";
import { evidence, speaks } from "./duplicate-words";

const duplicatesQuery = (draft: DuplicateCheck, wanted: boolean) =>
  queryOptions({
    queryKey: ["duplicates", "check", draft],
    queryFn: async ({ signal }) => (await post("/duplicates/check", { body: draft, signal })).data,
    enabled: wanted,
    placeholderData: keepPreviousData,
    staleTime: 30_000,
  });

/** The candidates for what is typed, and whether it may be added all the same. */
export function useDuplicates(object: MatchObject, values: Omit<DuplicateCheck, "object">) {
  const typed = Object.fromEntries(Object.entries(values).filter(([, value]) => value?.trim()));
  const draft = useRested(JSON.stringify({ object, ...typed }), 300);
  const read = JSON.parse(draft) as DuplicateCheck;
  const wanted = speaks(read);
  const { data } = useQuery(duplicatesQuery(read, wanted));
  const found = (wanted && data?.on_create !== "off" && data?.candidates) || [];
  return { found, blocked: found.length > 0 && data?.on_create === "block" };
}

const ROUTES = { account: "/accounts/$id", contact: "/contacts/$id", lead: "/leads/$id" } as const;

export function CandidateLink({ object, id, name }: { object: MatchObject; id: string; name: string }) {
  return (
    <Link to={ROUTES[object]} params={{ id }} className="font-medium text-fg underline-offset-2 hover:underline">
      {name}
    </Link>
  );
}

/** A list of what may be the same, with what speaks for it. */
export function Duplicates({
  object,
  found,
  blocked,
}: {
  object: MatchObject;
  found: DuplicateCandidate[];
  blocked: boolean;
}) {
  if (found.length === 0) return null;
  return (
    <section aria-label="May be there already" className="rounded-lg border border-line bg-muted px-3 py-2 text-cell">
      <p role="status" className="text-fg-2">
        {blocked ? "This is there already, and may not be added again." : "This may be there already."}
      </p>
      <ul className="mt-1 flex flex-col gap-1">
        {found.slice(0, 5).map((one) => (
          <li key={one.id} className="flex flex-wrap items-baseline gap-x-2">
            <CandidateLink object={object} id={one.id} name={one.name} />
            <span className="text-meta text-fg-3 tnum">{one.score}%</span>
            <span className="text-meta text-fg-3">{evidence(one.reasons)}</span>
          </li>
        ))}
      </ul>
    </section>
  );
}
