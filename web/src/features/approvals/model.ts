/** A definition as the editor holds it: nothing in it is absent. Pure. */
import type { ApprovalObject, ApprovalRules, Approver } from "@/api/types";

export type { Approver };
export type Needs = "any" | "all" | { quorum: number };

export interface Level {
  name: string;
  approvers: Approver[];
  needs: Needs;
  escalation: { after_hours: number; to: Approver } | null;
}

export interface Rules {
  object: ApprovalObject;
  condition: string;
  automatic: boolean;
  stages: string[];
  conversion: boolean;
  fields: string[];
  order: "sequence" | "parallel";
  levels: Level[];
  own_requests: boolean;
  by_mail: boolean;
}

export const LEVEL: Level = {
  name: "Manager",
  approvers: [{ kind: "manager", up: 1 }],
  needs: "any",
  escalation: null,
};

export const NEW: Rules = {
  object: "opportunity",
  condition: "",
  automatic: false,
  stages: [],
  conversion: false,
  fields: ["amount", "products"],
  order: "sequence",
  levels: [LEVEL],
  own_requests: false,
  by_mail: true,
};

/** Rules with what they leave out. */
export const complete = (r: ApprovalRules): Rules => ({
  object: r.object,
  condition: r.condition ?? "",
  automatic: r.automatic ?? false,
  stages: r.stages ?? [],
  conversion: r.conversion ?? false,
  fields: r.fields ?? [],
  order: r.order ?? "sequence",
  levels: r.levels.map((l) => ({
    name: l.name,
    approvers: l.approvers,
    needs: l.needs ?? "any",
    escalation: l.escalation ?? null,
  })),
  own_requests: r.own_requests ?? false,
  by_mail: r.by_mail ?? true,
});

/** As they are sent. */
export const sent = (r: Rules): ApprovalRules => ({
  ...r,
  condition: r.condition.trim() === "" ? null : r.condition.trim(),
  // What another object had does not come along.
  stages: r.object === "opportunity" ? r.stages : [],
  conversion: r.object === "lead" && r.conversion,
  fields: r.object === "proposal" ? [] : r.fields,
  automatic: r.object !== "proposal" && r.automatic,
});

export const OBJECTS: [ApprovalObject, string][] = [
  ["opportunity", "Deals"],
  ["lead", "Conversions of leads"],
  ["proposal", "Proposals of the assistant"],
];

/** The rules for another object: what only the first one has is gone. */
export const forObject = (r: Rules, object: ApprovalObject): Rules => ({
  ...r,
  object,
  condition: "",
  stages: [],
  fields: object === "opportunity" ? NEW.fields : [],
  conversion: object === "lead",
});

/** Where in the rules a problem lies, in words: `rules.levels.0.approvers.1`. */
export function placeOf(path: string, rules: Rules): string {
  const [part = "", at = "", what = ""] = path.replace(/^rules\./, "").split(".");
  if (part === "levels" && at !== "") {
    const name = rules.levels[Number(at)]?.name || `Level ${Number(at) + 1}`;
    const words: Record<string, string> = {
      name: "its name",
      approvers: "who is asked",
      needs: "how many it takes",
      escalation: "its escalation",
    };
    return `${name}, ${words[what] ?? what}`;
  }
  const words: Record<string, string> = {
    condition: "The condition",
    levels: "The levels",
    fields: "What is approved",
    stages: "The stages",
    name: "The name",
  };
  return words[part] ?? part;
}
