import type { DuplicateCheck, DuplicateReason } from "@/api/types";

/** Whether enough has been typed to look for it: a whole address or number, or most of a name. */
export function speaks(draft: DuplicateCheck): boolean {
  const long = (text: string | null | undefined, least: number) => (text?.trim().length ?? 0) >= least;
  return (
    long(draft.name, 3) ||
    long(draft.company, 3) ||
    long(draft.website, 5) ||
    long(draft.email, 6) ||
    long(draft.phone, 7) ||
    (long(draft.first_name, 1) && long(draft.last_name, 2))
  );
}

/** "same e-mail +11.8, different phone number −2.2", what weighs most first. */
export function evidence(reasons: readonly DuplicateReason[]): string {
  return [...reasons]
    .sort((a, b) => Math.abs(b.weight) - Math.abs(a.weight))
    .slice(0, 4)
    .map((r) => `${r.words} ${r.weight < 0 ? "−" : "+"}${Math.abs(r.weight).toFixed(1)}`)
    .join(", ");
}
