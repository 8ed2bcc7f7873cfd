/**
 * Mentions in notes. They are kept as `[@Ada](person:<id>)`; whoever writes sees `@Ada`. What was picked is remembered, so that
 * names that are typed by hand stay words.
 */
import type { MentionRef } from "@/api/types";

export type MentionKind = MentionRef["type"];

export interface Mention {
  kind: MentionKind;
  id: string;
  /** With its sign, as it is shown. */
  label: string;
}

const MARK = /\[([@#][^[\]\n]{0,300})\]\((person|team|opportunity|account|contact|lead):([0-9a-f-]{36})\)/g;

/** A name as a mention may have it: without what would end it. */
export const labelOf = (kind: MentionKind, name: string): string =>
  `${kind === "person" || kind === "team" ? "@" : "#"}${name.replace(/[[\]\n]/g, " ").trim()}`;

/** A note as its writer sees it, with what it names. */
export function toText(body: string): { text: string; mentions: Mention[] } {
  const mentions: Mention[] = [];
  const text = body.replace(MARK, (_, label: string, kind: MentionKind, id: string) => {
    mentions.push({ kind, id, label });
    return label;
  });
  return { text, mentions };
}

/** The note as it is kept, with what of the picked still stands in it. */
export function toBody(text: string, picked: Mention[]): { body: string; mentions: Mention[] } {
  // The longest first: "@Ada Admin" is not "@Ada".
  const labels = [...picked].sort((a, b) => b.label.length - a.label.length);
  const named = new Set<Mention>();
  let body = "";
  for (let at = 0; at < text.length;) {
    const found = labels.find(
      (m) => text.startsWith(m.label, at) && !/[\p{L}\p{N}]/u.test(text[at + m.label.length] ?? ""),
    );
    if (found) {
      named.add(found);
      body += `[${found.label}](${found.kind}:${found.id})`;
      at += found.label.length;
    } else {
      body += text[at] ?? "";
      at += 1;
    }
  }
  return { body, mentions: [...named] };
}

/** What is being looked for before the caret: a sign at the beginning of a word, and what follows it. */
export function asked(text: string, caret: number): { sign: "@" | "#"; query: string; start: number } | null {
  const before = text.slice(Math.max(0, caret - 60), caret);
  const found = /(?:^|[\s(])([@#])([^@#\n]{0,40})$/.exec(before);
  if (!found) return null;
  const query = found[2] ?? "";
  // After two blanks, or a blank at once, it is a sentence.
  if (query.startsWith(" ") || query.split(" ").length > 3) return null;
  return { sign: found[1] as "@" | "#", query, start: caret - query.length - 1 };
}
