/** Three versions of the same fields: what was there when one began, what others have made of it since, and what one has typed. */

import { plain } from "./marks";

export interface Merged<T> {
  /** What a form shows: one's own where one has typed, else theirs. */
  shown: T;
  /** Fields where both have changed, and not to the same. */
  clashes: (keyof T)[];
  /** What is to be saved: one's own where it is not what is there by now. */
  changed: Partial<T>;
}

/** Whether two values say the same; nothing and no value are the same. */
export const alike = (a: unknown, b: unknown): boolean =>
  a === b || JSON.stringify(a ?? null) === JSON.stringify(b ?? null);

/** `mine` has the fields that were touched, `base` what each was then. One that says again what it said is not touched. */
export function merge<T extends object>(base: T, theirs: T, mine: Partial<T>): Merged<T> {
  const touched = (Object.keys(mine) as (keyof T)[]).filter((field) => !alike(mine[field], base[field]));
  const changed = touched.filter((field) => !alike(mine[field], theirs[field]));
  const of = (fields: (keyof T)[]) => Object.fromEntries(fields.map((field) => [field, mine[field]])) as Partial<T>;
  return {
    shown: { ...theirs, ...of(touched) },
    clashes: changed.filter((field) => !alike(theirs[field], base[field])),
    changed: of(changed),
  };
}

/** What goes with a record and is no field of it, or is another's shadow. */
const BESIDE = new Set([
  "id",
  "version",
  "updated_at",
  "may",
  "hidden_fields",
  "formula_errors",
  "amount_base",
  "expected_revenue",
  "stage_entered_at",
]);

/** The fields in which two versions of a record differ, custom ones as `custom.<key>`; of what only one of them has nothing is told. */
export function differing(before: object, now: object): string[] {
  const [old, next] = [before, now] as Record<string, unknown>[];
  const fields = new Set<string>();
  for (const [key, value] of Object.entries(next ?? {})) {
    if (BESIDE.has(key) || !old || !(key in old) || alike(old[key], value)) continue;
    if (key === "custom") differing(old[key] ?? {}, value ?? {}).forEach((field) => fields.add(`custom.${field}`));
    else if (!sameRecord(old[key], value)) fields.add(plain(key));
  }
  return [...fields];
}

/** Records are told apart by what they are, not by what else is known of them. */
function sameRecord(a: unknown, b: unknown): boolean {
  const idOf = (v: unknown) => (typeof v === "object" && v !== null && "id" in v ? v.id : undefined);
  const id = idOf(a);
  return id !== undefined && id === idOf(b);
}
