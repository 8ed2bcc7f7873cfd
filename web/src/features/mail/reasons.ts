import type { Mailbox } from "@/api/types";

const WORDS: Record<keyof Mailbox["completeness"]["left_out"], string> = {
  unknown: "with nobody known",
  internal: "among colleagues",
  never: "never stored by a rule",
  too_large: "larger than 25 MB",
  unreadable: "unreadable",
  unmatched: "waiting to be matched",
  no_address: "to nobody’s address",
};

/** Why messages are not on timelines, with how many there are of each; nothing that there are none of. */
export function reasons({ completeness: c }: Pick<Mailbox, "completeness">): [what: string, count: number][] {
  const left = (Object.keys(WORDS) as (keyof typeof WORDS)[]).map((key): [string, number] => [
    WORDS[key],
    c.left_out[key],
  ]);
  const all: [string, number][] = [["waiting", c.waiting], ["removed since", c.removed], ...left];
  return all.filter(([, count]) => count > 0);
}
