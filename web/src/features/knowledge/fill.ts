import type { Placeholder } from "@/api/types";

/** A stretch of a template, and whether it stands for a placeholder. */
export interface Filled {
  text: string;
  placeholder: string | null;
}

/** A template with examples in place of its placeholders; one that does not exist stays as it is written. */
export function filled(text: string, placeholders: readonly Placeholder[]): Filled[] {
  const parts: Filled[] = [];
  let from = 0;
  for (const found of text.matchAll(/\{\{\s*([a-z_.]+)\s*\}\}/g)) {
    const known = placeholders.find((p) => p.name === found[1]);
    if (!known) continue;
    if (found.index > from) parts.push({ text: text.slice(from, found.index), placeholder: null });
    parts.push({ text: known.example, placeholder: known.name });
    from = found.index + found[0].length;
  }
  if (from < text.length) parts.push({ text: text.slice(from), placeholder: null });
  return parts;
}
