/** What assignment rules do, in words. */
import type { AssignmentChooser, AssignmentReason, AssignmentTried } from "@/api/types";
import { plural } from "@/lib/format";

type NameOf = (id: string) => string;

/** Who is chosen, as one reads it in the list: “Anne Ames and Ben Bell in turn”. */
export function chooserWords(chooser: AssignmentChooser, nameOf: NameOf): string {
  switch (chooser.by) {
    case "user":
      return nameOf(chooser.user_id);
    case "round_robin":
      return `${names(chooser.members.map(nameOf))} in turn`;
    case "weighted":
      return `${names(chooser.members.map((m) => `${nameOf(m.user_id)} (${m.weight})`))} by weight`;
    case "territory":
      return `By territory: ${plural(chooser.areas.length, "territory", "territories")}`;
  }
}

function names(all: string[]): string {
  if (all.length <= 1) return all[0] ?? "Nobody";
  if (all.length > 4) return `${all.slice(0, 3).join(", ")} and ${all.length - 3} others`;
  return `${all.slice(0, -1).join(", ")} and ${all[all.length - 1]}`;
}

export const REASONS: Record<AssignmentReason, string> = {
  named: "the rule names nobody else",
  turn: "it is their turn",
  begins_next: "nobody is at work, and they begin next",
  fallback: "nobody is at work, and the rule names them for that",
};

export const OUTCOMES: Record<AssignmentTried["outcome"], string> = {
  takes: "takes it",
  passes: "is not for this lead",
  nobody: "finds nobody to give it to",
  fails: "can’t be evaluated",
  off: "is off",
  not_reached: "is not asked any more",
};
