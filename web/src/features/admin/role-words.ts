/** The names of objects and actions in the roles grid; what a later version adds is named as the API names it. */
import type { Role, Scope } from "@/api/types";

const plain = (word: string): string => {
  const text = word.replaceAll("_", " ");
  return text.charAt(0).toUpperCase() + text.slice(1);
};

const OBJECTS: Record<string, string> = {
  opportunity: "Opportunities",
  account: "Accounts",
  contact: "Contacts",
  lead: "Leads",
  product: "Products",
  activity: "Activities and notes",
  task: "Tasks",
  pipeline: "Pipelines and lists",
  import: "Imports",
  user: "People",
  team: "Teams",
  role: "Roles",
  agent: "Assistant",
  audit: "Audit log",
  guardrail: "AI guardrails",
  organisation: "Organisation settings",
  rule: "Validation rules",
  sla_rule: "Service levels",
  approval: "Approvals",
  saved_view: "Views for everyone",
  material: "Playbooks and templates",
  api_key: "API keys",
  service_account: "Service accounts",
  single_sign_on: "Single sign-on",
};
const ACTIONS: Record<string, string> = { read: "View", update: "Edit", impersonate: "View as" };
const GROUPS: [string, string[]][] = [
  ["Sell", ["lead", "opportunity", "account", "contact", "product"]],
  ["Work", ["activity", "task", "saved_view", "material", "agent"]],
  [
    "Run",
    [
      "organisation",
      "user",
      "team",
      "role",
      "pipeline",
      "rule",
      "approval",
      "sla_rule",
      "automation",
      "import",
      "audit",
      "guardrail",
    ],
  ],
  ["Let in", ["single_sign_on", "api_key", "service_account"]],
];
const ORDER = ["read", "create", "update", "delete"];

export const objectWord = (object: string): string => OBJECTS[object] ?? plain(object);
export const actionWord = (action: string): string => ACTIONS[action] ?? plain(action);
export const scopeWord = (scope: Scope): string => plain(scope);

/** Objects by group; those that no group names come last. */
export function groups(objects: string[]): { title: string; objects: string[] }[] {
  const named = new Set(GROUPS.flatMap(([, list]) => list));
  const rest = objects.filter((o) => !named.has(o)).sort();
  return [...GROUPS, ["More", rest] as [string, string[]]]
    .map(([title, list]) => ({ title, objects: list.filter((o) => objects.includes(o)) }))
    .filter((g) => g.objects.length > 0);
}

/** Every action that some object has: the four that most have first. */
export function columns(grid: Record<string, Record<string, unknown>>): string[] {
  const all = new Set(Object.values(grid).flatMap(Object.keys));
  return [...ORDER.filter((a) => all.has(a)), ...[...all].filter((a) => !ORDER.includes(a)).sort()];
}

/** Scopes that are not saved yet, by `object.action`. */
export type Draft = Record<string, Scope>;

export const grantOf = (role: Role, object: string, action: string): Scope => role.grants[object]?.[action] ?? "none";

/** Sets one; a scope that is what was saved is no change. */
export function changed(role: Role, draft: Draft, object: string, action: string, scope: Scope): Draft {
  const { [`${object}.${action}`]: _, ...rest } = draft;
  return scope === grantOf(role, object, action) ? rest : { ...rest, [`${object}.${action}`]: scope };
}

/** As the API takes it. */
export function asGrants(draft: Draft): Record<string, Record<string, Scope>> {
  const out: Record<string, Record<string, Scope>> = {};
  for (const [permission, scope] of Object.entries(draft)) {
    const [object = "", action = ""] = permission.split(".");
    out[object] = { ...out[object], [action]: scope };
  }
  return out;
}
