/** What the editor holds of a rule, and the body that it makes. */
import type { NewSlaRule, SlaAction, SlaRule, SlaStep, SlaUnit } from "@/api/types";

export type Draft = Required<Omit<NewSlaRule, "steps">> & { steps: SlaStep[] };

export const EMPTY: Draft = {
  name: "",
  object: "lead",
  condition: "true",
  measure: "first_response",
  target: { value: 4, unit: "hours" },
  calendar_id: null,
  response_from: "creation",
  response_kinds: ["call", "email", "meeting"],
  places: [],
  pause_in: [],
  pause_while: null,
  warn_percent: 75,
  steps: [
    { when: "warning", after: null, do: { action: "notify", to: [{ who: "owner" }] } },
    { when: "breach", after: null, do: { action: "notify", to: [{ who: "owner" }, { who: "manager" }] } },
  ],
  active: true,
};

export const draftOf = (rule: SlaRule | null, calendar: string | null): Draft =>
  rule
    ? {
        name: rule.name,
        object: rule.object,
        condition: rule.condition,
        measure: rule.measure,
        target: rule.target,
        calendar_id: rule.calendar_id ?? null,
        response_from: rule.response_from ?? "creation",
        response_kinds: rule.response_kinds ?? [],
        places: rule.places ?? [],
        pause_in: rule.pause_in ?? [],
        pause_while: rule.pause_while ?? null,
        warn_percent: rule.warn_percent ?? null,
        steps: rule.steps ?? [],
        active: rule.active,
      }
    : { ...EMPTY, calendar_id: calendar };

/** As the server takes it: the measure says which parts mean something. */
export function bodyOf(draft: Draft): NewSlaRule {
  const pause = draft.pause_while?.trim() ?? "";
  return {
    ...draft,
    name: draft.name.trim(),
    condition: draft.condition.trim() === "" ? "true" : draft.condition.trim(),
    places: draft.measure === "time_in_stage" ? draft.places : [],
    pause_while: pause === "" ? null : pause,
  };
}

/** A change says neither the object nor the measure. */
export function patchOf(draft: Draft) {
  const { object, measure, ...rest } = bodyOf(draft);
  return rest;
}

export const UNITS: [SlaUnit, string][] = [
  ["minutes", "minutes"],
  ["hours", "hours"],
  ["days", "working days"],
];

export const ACTIONS: [SlaAction["action"], string][] = [
  ["notify", "Tell people"],
  ["task", "Make a task"],
  ["reassign", "Give it to another owner"],
  ["raise", "Raise to the owner’s manager"],
];

/** Another kind of action, as it begins. */
export function actionOf(kind: SlaAction["action"]): SlaAction {
  switch (kind) {
    case "notify":
      return { action: "notify", to: [{ who: "owner" }] };
    case "task":
      return { action: "task", title: "", due_in_days: 0, assignee: "owner" };
    case "reassign":
      return { action: "reassign", to: { who: "manager" } };
    case "raise":
      return { action: "raise" };
  }
}

/** The draft's fields by the server's names; errors of a step land on the steps. */
export const LANDS: Record<string, keyof Draft> = {
  name: "name",
  condition: "condition",
  target: "target",
  "target.value": "target",
  calendar_id: "calendar_id",
  response_kinds: "response_kinds",
  places: "places",
  pause_in: "pause_in",
  pause_while: "pause_while",
  warn_percent: "warn_percent",
  steps: "steps",
  ...Object.fromEntries(
    Array.from({ length: 20 }, (_, n) => n).flatMap((n) =>
      ["after", "do.to", "do.title", "do.due_in_days"].map((part) => [`steps[${n}].${part}`, "steps"]),
    ),
  ),
};
