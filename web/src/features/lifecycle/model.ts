/** What a definition says, as the editor holds it: nothing in it is absent. Pure. */
import type { LifecycleAction, LifecycleDefinition, Stage } from "@/api/types";

interface Condition {
  expression: string;
  message: string;
  field: string;
}

export interface Criteria {
  required: string[];
  rules: Condition[];
  documents: string[];
  checklist: { id: string; label: string }[];
  approvals: string[];
}

interface Edge {
  from: string;
  to: string;
  roles: string[];
}

export type Action = LifecycleAction;

interface StageRules {
  stage_id: string;
  entry: Criteria;
  exit: Criteria;
  actions: Action[];
}

export interface Definition {
  begin: string[];
  no_skip: boolean;
  no_backward: boolean;
  only_listed: boolean;
  reopening: { allowed: boolean; roles: string[] };
  transitions: Edge[];
  stages: StageRules[];
}

export type When = "entry" | "exit";

export const NOTHING: Criteria = { required: [], rules: [], documents: [], checklist: [], approvals: [] };

const whole = (criteria: Partial<Criteria> | undefined): Criteria => ({ ...NOTHING, ...criteria });

/** A definition with what it leaves out. */
export const complete = (d: LifecycleDefinition): Definition => ({
  begin: d.begin ?? [],
  no_skip: d.no_skip ?? false,
  no_backward: d.no_backward ?? false,
  only_listed: d.only_listed ?? false,
  reopening: { allowed: d.reopening?.allowed ?? true, roles: d.reopening?.roles ?? [] },
  transitions: (d.transitions ?? []).map((e) => ({ from: e.from, to: e.to, roles: e.roles ?? [] })),
  stages: (d.stages ?? []).map((s) => ({
    stage_id: s.stage_id,
    entry: whole(s.entry),
    exit: whole(s.exit),
    actions: s.actions ?? [],
  })),
});

export const criteriaOf = (d: Definition, stage: string, when: When): Criteria =>
  d.stages.find((s) => s.stage_id === stage)?.[when] ?? NOTHING;

export const asks = (c: Criteria): number =>
  c.required.length + c.rules.length + c.documents.length + c.checklist.length + c.approvals.length;

export const actionsOf = (d: Definition, stage: string): Action[] =>
  d.stages.find((s) => s.stage_id === stage)?.actions ?? [];

/** The definition with something else said of a stage; a stage of which nothing is said is left out. */
export function withStage(d: Definition, stage: string, more: Partial<StageRules>): Definition {
  const none: StageRules = { stage_id: stage, entry: NOTHING, exit: NOTHING, actions: [] };
  const next = { ...(d.stages.find((s) => s.stage_id === stage) ?? none), ...more };
  const others = d.stages.filter((s) => s.stage_id !== stage);
  const empty = asks(next.entry) + asks(next.exit) + next.actions.length === 0;
  return { ...d, stages: empty ? others : [...others, next] };
}

export interface Arrow {
  from: string;
  to: string;
  /** It stands in the list, and is not what the policy says anyway. */
  listed: boolean;
  roles: string[];
}

/** Where deals may go, whoever moves them. As the server judges it. */
export function arrows(d: Definition, stages: Stage[]): Arrow[] {
  const open = stages.filter((s) => s.kind === "open").map((s) => s.id);
  const found: Arrow[] = [];
  for (const from of stages) {
    for (const to of stages) {
      if (from.id === to.id) continue;
      const edge = d.transitions.find((e) => e.from === from.id && e.to === to.id);
      if (edge) found.push({ from: from.id, to: to.id, listed: true, roles: edge.roles });
      else if (from.kind !== "open") {
        if (d.reopening.allowed) found.push({ from: from.id, to: to.id, listed: false, roles: d.reopening.roles });
      } else if (!d.only_listed && preset(d, open, from, to))
        found.push({ from: from.id, to: to.id, listed: false, roles: [] });
    }
  }
  return found;
}

function preset(d: Definition, open: string[], from: Stage, to: Stage): boolean {
  const at = open.indexOf(from.id);
  if (to.kind === "lost") return true;
  if (to.kind === "won") return !d.no_skip || at === open.length - 1;
  const next = open.indexOf(to.id);
  return next > at ? !d.no_skip || next === at + 1 : !d.no_backward;
}

/** What differs between two definitions, in words. */
export function differences(old: Definition, now: Definition, nameOf: (id: string) => string): string[] {
  const said: string[] = [];
  const flag = (name: string, a: boolean, b: boolean) => a !== b && said.push(`${name}: ${b ? "yes" : "no"}`);
  flag("One stage at a time", old.no_skip, now.no_skip);
  flag("Never back", old.no_backward, now.no_backward);
  flag("Only listed transitions", old.only_listed, now.only_listed);
  flag("Closed deals may be opened again", old.reopening.allowed, now.reopening.allowed);
  if (old.begin.join() !== now.begin.join())
    said.push(`New deals begin in ${now.begin.map(nameOf).join(", ") || "any stage"}`);
  const way = (e: Edge) =>
    `${nameOf(e.from)} → ${nameOf(e.to)}${e.roles.length > 0 ? ` (${e.roles.length} roles)` : ""}`;
  const [before, after] = [old.transitions.map(way), now.transitions.map(way)];
  said.push(...after.filter((w) => !before.includes(w)).map((w) => `Added ${w}`));
  said.push(...before.filter((w) => !after.includes(w)).map((w) => `Removed ${w}`));
  const ids = new Set([...old.stages, ...now.stages].map((s) => s.stage_id));
  for (const id of ids) {
    for (const when of ["entry", "exit"] as const) {
      const [a, b] = [lines(criteriaOf(old, id, when), nameOf), lines(criteriaOf(now, id, when), nameOf)];
      const where = when === "entry" ? `Entering ${nameOf(id)}` : `Leaving ${nameOf(id)}`;
      said.push(...b.filter((l) => !a.includes(l)).map((l) => `${where}: asks for ${l}`));
      said.push(...a.filter((l) => !b.includes(l)).map((l) => `${where}: no longer ${l}`));
    }
    if (JSON.stringify(actionsOf(old, id)) !== JSON.stringify(actionsOf(now, id)))
      said.push(`When a deal has entered ${nameOf(id)}: other actions`);
  }
  return said;
}

const lines = (c: Criteria, nameOf: (id: string) => string): string[] => [
  ...c.required,
  ...c.rules.map((r) => r.expression),
  ...c.documents.map((d) => `a document: ${nameOf(d)}`),
  ...c.checklist.map((i) => `“${i.label}”`),
  ...c.approvals.map((a) => `the approval ${nameOf(a)}`),
];

/** Where in the definition a problem lies, in words: `stages.0.entry.rules.1.expression`. */
export function placeOf(path: string, d: Definition, nameOf: (id: string) => string): string {
  const [part = "", at = "", when = "", what = ""] = path.replace(/^definition\./, "").split(".");
  if (part === "stages") {
    const stage = d.stages[Number(at)];
    const name = stage ? nameOf(stage.stage_id) : "A stage";
    if (when === "actions") return `When a deal has entered ${name}`;
    const words: Record<string, string> = {
      required: "fields",
      rules: "a condition",
      documents: "documents",
      approvals: "approvals",
    };
    return `${when === "exit" ? "Leaving" : "Entering"} ${name}, ${words[what] ?? what}`;
  }
  if (part === "transitions") {
    const edge = d.transitions[Number(at)];
    return edge && at !== "" ? `${nameOf(edge.from)} → ${nameOf(edge.to)}` : "Transitions";
  }
  return part === "begin" ? "Where deals begin" : part;
}
