/** Completion of names in an expression: what stands before the caret, and what it could become. */
export interface Suggestion {
  name: string;
  /** The kind of a fact, or how a function is called. */
  hint: string;
  description: string;
  /** What is written in place of the word. */
  insert: string;
}

interface Word {
  text: string;
  from: number;
  to: number;
}

interface Vocabulary {
  facts: { name: string; kind: string; nullable: boolean; description: string }[];
  functions: { name: string; example: string; description: string }[];
}

/** The name before the caret, dots included. Nothing within quotes. */
export function wordAt(text: string, caret: number): Word | null {
  const before = text.slice(0, caret);
  const bare = before.replace(/\\./g, "__");
  const quotes = (bare.replace(/'[^']*'/g, "").match(/"/g) ?? []).length;
  if (quotes % 2 === 1) return null;
  const word = /[A-Za-z_][\w.]*$/.exec(before)?.[0];
  return word ? { text: word, from: caret - word.length, to: caret } : null;
}

/** At most eight, those that begin with the word first. After a dot that ends a fact, its functions. */
export function suggestions(word: string, { facts, functions }: Vocabulary): Suggestion[] {
  const wanted = word.toLowerCase();
  const named = facts.map((f) => ({
    name: f.name,
    hint: f.nullable ? `${f.kind}, may be missing` : f.kind,
    description: f.description,
    insert: f.name,
  }));
  const dot = word.lastIndexOf(".");
  const owner = word.slice(0, Math.max(dot, 0));
  const isFact = facts.some((f) => f.name === owner);
  const called = functions
    .filter((f) => f.example.includes(`.${f.name}(`) === isFact)
    .map((f) => ({
      name: isFact ? `${owner}.${f.name}` : f.name,
      hint: f.example,
      description: f.description,
      insert: `${isFact ? `${owner}.` : ""}${f.name}(`,
    }));
  const all = [...named, ...called].filter((s) => s.name !== word && s.name.toLowerCase().includes(wanted));
  const begins = (s: Suggestion) => (s.name.toLowerCase().startsWith(wanted) ? 0 : 1);
  const depth = (s: Suggestion) => (s.name.startsWith("previous.") && !wanted.startsWith("p") ? 1 : 0);
  return all.sort((a, b) => begins(a) - begins(b) || depth(a) - depth(b) || a.name.length - b.name.length).slice(0, 8);
}

/** The text with the word replaced, and where the caret goes. */
export function replace(text: string, word: Word, insert: string): { text: string; caret: number } {
  return { text: text.slice(0, word.from) + insert + text.slice(word.to), caret: word.from + insert.length };
}
