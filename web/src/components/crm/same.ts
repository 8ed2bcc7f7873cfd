import type { FieldValue } from "./editor";

/** Whether two values of a field are the same: records by what they are, whatever they are called. */
export function same(a: FieldValue, b: FieldValue): boolean {
  if (a === b) return true;
  if (typeof a !== "object" || typeof b !== "object" || a === null || b === null) return false;
  if ("id" in a && "id" in b) return a.id === b.id;
  return JSON.stringify(a) === JSON.stringify(b);
}
