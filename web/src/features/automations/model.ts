/** What an automation is, in words and as it is edited. */
import type {
  Automation,
  AutomationDefinition,
  AutomationMoment,
  AutomationStep,
  RuleObject,
  Scope,
} from "@/api/types";
import { plural } from "@/lib/format";
import type { Scopes } from "./queries";

export type Definition = AutomationDefinition;
export type Step = AutomationStep;
export type StepOf<D extends Step["do"]> = Extract<Step, { do: D }>;
export type Timing = Extract<Definition["trigger"], { on: "schedule" }>;

export const NOUNS: Record<RuleObject, string> = {
  opportunity: "deal",
  account: "account",
  contact: "contact",
  lead: "lead",
  task: "task",
};

export const MOMENTS: Record<AutomationMoment, string> = {
  created: "is created",
  changed: "is changed",
  stage_changed: "changes its stage",
  won: "is won",
  lost: "is lost",
  reopened: "is opened again",
  owner_changed: "gets another owner",
  converted: "is converted",
  restored: "is restored",
  activity_logged: "has an activity logged",
  task_done: "has a task done",
  sla_warned: "is about to miss a service level",
  sla_breached: "misses a service level",
  approval_requested: "is to be approved",
  approved: "is approved",
  rejected: "is refused approval",
};

const DAYS: Record<string, string> = {
  mon: "Mon",
  tue: "Tue",
  wed: "Wed",
  thu: "Thu",
  fri: "Fri",
  sat: "Sat",
  sun: "Sun",
};

/** "a", "a or b", "a, b or c". */
function either(words: string[]): string {
  const last = words.at(-1) ?? "";
  return words.length < 2 ? last : `${words.slice(0, -1).join(", ")} or ${last}`;
}

/** "When a deal is won or is lost". */
export function triggerWords(of: Pick<Definition, "object" | "trigger">): string {
  const { trigger, object } = of;
  if (trigger.on === "event") {
    const article = object === "account" ? "an" : "a";
    const fields = trigger.fields?.length
      ? ` (${trigger.fields.map((f) => f.replace(/_id$/, "").replaceAll("_", " ")).join(", ")})`
      : "";
    return `When ${article} ${NOUNS[object]} ${either(trigger.moments.map((m) => MOMENTS[m]))}${fields}`;
  }
  const days = trigger.days?.length ? trigger.days.map((d) => DAYS[d] ?? d).join(", ") : "";
  const dates = trigger.month_days?.length ? `on day ${either(trigger.month_days.map(String))}` : "";
  const on = [days, dates].filter(Boolean).join(" and ") || "every day";
  return `${on.charAt(0).toUpperCase()}${on.slice(1)} at ${trigger.at}, for each ${NOUNS[object]}`;
}

export const STEPS: Record<Step["do"], string> = {
  set_fields: "Set fields",
  assign: "Assign by the rules",
  create_task: "Make a task",
  notify: "Tell people",
  request_approval: "Ask for approval",
  webhook: "Send to another system",
  agent: "Ask the assistant",
};

/** Which steps records of an object take. */
export const stepsOf = (object: RuleObject): Step["do"][] =>
  (Object.keys(STEPS) as Step["do"][]).filter(
    (step) =>
      (step !== "assign" || object === "lead") &&
      (step !== "request_approval" || object === "lead" || object === "opportunity"),
  );

export function newStep(what: Step["do"]): Step {
  switch (what) {
    case "set_fields":
      return { do: "set_fields", set: {}, add_tags: [], remove_tags: [] };
    case "assign":
      return { do: "assign" };
    case "create_task":
      return { do: "create_task", title: "", due_in_days: 1, working_days: true, assignee: { who: "owner" } };
    case "notify":
      return { do: "notify", to: [{ who: "owner" }], message: "" };
    case "request_approval":
      return { do: "request_approval", definition_id: "" };
    case "webhook":
      return { do: "webhook", url: "" };
    case "agent":
      return { do: "agent", goal: "" };
  }
}

export function stepWords(step: Step): string {
  switch (step.do) {
    case "set_fields": {
      const fields = [
        ...Object.keys(step.set ?? {}),
        ...(step.add_tags?.length || step.remove_tags?.length ? ["tags"] : []),
      ];
      return `set ${fields.map((f) => f.replace(/_id$/, "").replaceAll("_", " ")).join(", ") || "nothing"}`;
    }
    case "assign":
      return "assign it by the rules";
    case "create_task":
      return `make the task “${step.title || "of a template"}”`;
    case "notify":
      return `tell ${plural(step.to.length, "receiver")}`;
    case "request_approval":
      return "ask for its approval";
    case "webhook":
      return "send it to another system";
    case "agent":
      return "ask the assistant";
  }
}

export interface Need {
  object: string;
  action: string;
  /** Without it the automation can't be; else what it speaks of may be missing. */
  required: boolean;
}

/** The rights that an automation needs, by what it does. */
export function needs(of: Pick<Definition, "object" | "steps">): Need[] {
  const all: Need[] = [{ object: of.object, action: "read", required: true }];
  const does = (...what: Step["do"][]) => of.steps.some((step) => what.includes(step.do));
  if (does("set_fields", "assign", "request_approval"))
    all.push({ object: of.object, action: "update", required: true });
  if (does("create_task")) {
    all.push({ object: "task", action: "create", required: true }, { object: "task", action: "read", required: true });
  }
  const beside = of.object === "opportunity" ? ["account", "contact"] : of.object === "contact" ? ["account"] : [];
  all.push(...beside.map((object) => ({ object, action: "read", required: false })));
  return all.filter((need, i) => all.findIndex((n) => n.object === need.object && n.action === need.action) === i);
}

/** The scopes as they were, for what is needed now; what is new gets the widest there is. */
export function scoped(of: Pick<Definition, "object" | "steps">, now: Scopes, limit: Scopes): Scopes {
  const out: Scopes = {};
  for (const { object, action } of needs(of)) {
    const scope: Scope | undefined = now[object]?.[action] ?? limit[object]?.[action];
    if (scope) out[object] = { ...out[object], [action]: scope };
  }
  return out;
}

export const EMPTY: Definition = {
  name: "",
  object: "opportunity",
  trigger: { on: "event", moments: ["created"], fields: [] },
  condition: null,
  steps: [],
  scopes: {},
  per_hour: 1000,
  quiet_days: 0,
  with_imports: false,
  active: true,
};

/** An automation as its definition. */
export function definitionOf(a: Automation): Definition {
  const { name, description, object, trigger, condition, steps, scopes, per_hour, quiet_days, with_imports, active } =
    a;
  const run_as_id = a.run_as.service ? a.run_as.id : null;
  return {
    name,
    description,
    object,
    trigger,
    condition,
    steps,
    scopes,
    per_hour,
    quiet_days,
    with_imports,
    active,
    run_as_id,
  };
}

/** Where to begin. */
export const RECIPES: { title: string; text: string; definition: Definition }[] = [
  {
    title: "A first call for each new deal",
    text: "A task for the owner, two working days ahead.",
    definition: {
      ...EMPTY,
      name: "First call",
      steps: [
        {
          do: "create_task",
          title: "Call about {{name}}",
          due_in_days: 2,
          working_days: true,
          assignee: { who: "owner" },
        },
      ],
    },
  },
  {
    title: "Large deals are told of",
    text: "When the amount goes over a limit, the owner hears of it.",
    definition: {
      ...EMPTY,
      name: "Large deals",
      trigger: { on: "event", moments: ["created", "changed"], fields: [] },
      condition: "amount > 100000 && (previous.amount == null || previous.amount <= 100000)",
      steps: [{ do: "notify", to: [{ who: "owner" }], message: "{{name}} is a large deal now" }],
      quiet_days: 7,
    },
  },
  {
    title: "Past their close date",
    text: "On Mondays, a task for each open deal that should have closed.",
    definition: {
      ...EMPTY,
      name: "Past the close date",
      trigger: { on: "schedule", at: "07:00", days: ["mon"], month_days: [], time_zone: "UTC" },
      condition: 'stage.kind == "open" && close_date != null && close_date < today',
      steps: [
        {
          do: "create_task",
          title: "Set a new close date for {{name}}, or close it",
          due_in_days: 1,
          working_days: true,
          assignee: { who: "owner" },
        },
      ],
    },
  },
  {
    title: "A missed service level",
    text: "Somebody is told, and a task is made.",
    definition: {
      ...EMPTY,
      name: "Missed service levels",
      object: "lead",
      trigger: { on: "event", moments: ["sla_breached"], fields: [] },
      steps: [
        { do: "notify", to: [{ who: "owner" }], message: "{{name}} has waited too long" },
        { do: "create_task", title: "Answer {{name}} now", due_in_days: 0, assignee: { who: "owner" } },
      ],
    },
  },
  {
    title: "Won deals go to another system",
    text: "A signed request with what the deal is.",
    definition: {
      ...EMPTY,
      name: "Hand over won deals",
      trigger: { on: "event", moments: ["won"], fields: [] },
      steps: [{ do: "webhook", url: "" }],
    },
  },
];
