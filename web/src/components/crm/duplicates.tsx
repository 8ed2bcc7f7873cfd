/** What may be there already, told while somebody types a new record. */
import { keepPreviousData, queryOptions, useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { post } from "@/api/client";
import { isApiError } from "@/api/problem";
import type { DuplicateCandidate, DuplicateCheck, MatchObject } from "@/api/types";
import { useRested } from "@/lib/hooks";
import { evidence, speaks } from "./duplicate-words";
import { RecordLink } from "./record-link";

const duplicatesQuery = (draft: DuplicateCheck, wanted: boolean) =>
  queryOptions({
    queryKey: ["duplicates", "check", draft],
    queryFn: async ({ signal }) => (await post("/duplicates/check", { body: draft, signal })).data,
    enabled: wanted,
    placeholderData: keepPreviousData,
    staleTime: 30_000,
  });

/** What the server refused, as it was typed then. */
interface Refusal {
  typed: string;
  found: DuplicateCandidate[];
  answer: "warn" | "block";
}

/** The candidates for what is typed, and whether it may be added all the same. */
export function useDuplicates(object: MatchObject, values: Omit<DuplicateCheck, "object">) {
  const said = Object.fromEntries(Object.entries(values).filter(([, value]) => value?.trim()));
  const typed = JSON.stringify({ object, ...said });
  const draft = useRested(typed, 300);
  const read = JSON.parse(draft) as DuplicateCheck;
  const wanted = speaks(read);
  const { data, isPlaceholderData } = useQuery(duplicatesQuery(read, wanted));
  const [last, setLast] = useState<Refusal | null>(null);
  const refusal = last?.typed === typed ? last : null;
  const found = refusal?.found ?? ((wanted && data?.on_create !== "off" && data?.candidates) || []);
  const answer = refusal?.answer ?? data?.on_create;
  // Nobody has seen what is found for anything but what is shown: until then the server decides.
  const seen = refusal !== null || (typed === draft && !isPlaceholderData);
  return {
    found,
    blocked: found.length > 0 && answer === "block",
    anyway: seen && found.length > 0 && answer === "warn",
    /** What the server found, when it refused what was typed. */
    refused: (error: unknown) => {
      if (!isApiError(error, "duplicate_found")) return;
      const { duplicates, may_override } = error.problem;
      setLast({ typed, found: duplicates ?? [], answer: may_override ? "warn" : "block" });
    },
  };
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
            {/* What is typed stays where it is. */}
            <RecordLink newTab object={object} id={one.id} name={one.name} />
            <span className="text-meta text-fg-3 tnum">{one.score}%</span>
            <span className="text-meta text-fg-3">{evidence(one.reasons)}</span>
          </li>
        ))}
      </ul>
    </section>
  );
}
