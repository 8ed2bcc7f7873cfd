import type { Proposal } from "@/api/types";

/** The proposals of one request to the assistant. */
export interface Group {
  run: string;
  proposals: Proposal[];
}

/** By the run that made them, in the order in which they came. */
export function byRun(proposals: Proposal[]): Group[] {
  const groups = new Map<string, Proposal[]>();
  for (const p of proposals) groups.set(p.run_id, [...(groups.get(p.run_id) ?? []), p]);
  return [...groups].map(([run, all]) => ({ run, proposals: all }));
}
