/** A filter with groups in a few words. */
import { opLabel, type FilterDef } from "./filters";
import type { Comparison } from "./search";
import { isGroup, type Group, type Item } from "./tree";

const MODE_WORDS = { all: "All", any: "Any", none: "None" } as const;

/** "Any of 2: Amount at least €50,000; Stage is Negotiation". */
export function groupWords(group: Group, defs: FilterDef[], words: (c: Comparison) => string): string {
  const one = (item: Item): string => {
    if (isGroup(item)) return `(${groupWords(item, defs, words)})`;
    const def = defs.find((d) => d.field === item.field);
    if (!def) return item.field;
    return [def.label, opLabel(def.kind, item.op, item.values.length > 1), words(item)].filter(Boolean).join(" ");
  };
  return `${MODE_WORDS[group.mode]} of ${group.items.length}: ${group.items.map(one).join("; ")}`;
}
