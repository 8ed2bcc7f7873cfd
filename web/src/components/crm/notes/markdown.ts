/**
 * The Markdown of notes: paragraphs, headings, lists, quotes, code, bold, italic, links and mentions. It is read into parts
 * that are drawn as elements: there is no HTML in it, and none comes of it.
 */
export type Inline =
  | { kind: "text"; text: string }
  | { kind: "bold" | "italic" | "struck"; parts: Inline[] }
  | { kind: "code"; text: string }
  | { kind: "link"; href: string; parts: Inline[] }
  | { kind: "mention"; to: string; id: string; label: string };

export type Block =
  | { kind: "paragraph" | "heading" | "quote"; lines: Inline[][] }
  | { kind: "list"; ordered: boolean; items: Inline[][] }
  | { kind: "code"; text: string };

const SPANS: [RegExp, (found: RegExpExecArray, depth: number) => Inline][] = [
  [/^`([^`\n]+)`/, (f) => ({ kind: "code", text: f[1] ?? "" })],
  [
    /^\[([@#][^[\]\n]{0,300})\]\((person|team|opportunity|account|contact|lead):([0-9a-f-]{36})\)/,
    (f) => ({ kind: "mention", label: f[1] ?? "", to: f[2] ?? "", id: f[3] ?? "" }),
  ],
  [
    /^\[([^[\]\n]{1,300})\]\((https?:\/\/[^\s()<>]{1,2000})\)/,
    (f, depth) => ({ kind: "link", href: f[2] ?? "", parts: inline(f[1] ?? "", depth) }),
  ],
  [
    /^https?:\/\/[^\s<>()]{1,2000}[^\s<>().,;:!?]/,
    (f) => ({ kind: "link", href: f[0], parts: [{ kind: "text", text: f[0] }] }),
  ],
  [/^\*\*([^\n]{1,1000}?)\*\*/, (f, depth) => ({ kind: "bold", parts: inline(f[1] ?? "", depth) })],
  [/^~~([^\n]{1,1000}?)~~/, (f, depth) => ({ kind: "struck", parts: inline(f[1] ?? "", depth) })],
  [/^\*([^\s*][^*\n]{0,1000}?)\*/, (f, depth) => ({ kind: "italic", parts: inline(f[1] ?? "", depth) })],
  [/^_([^\s_][^_\n]{0,1000}?)_(?![\p{L}\p{N}])/u, (f, depth) => ({ kind: "italic", parts: inline(f[1] ?? "", depth) })],
];
const STARTS = /[`[h*~_]/;

export function inline(text: string, depth = 3): Inline[] {
  const parts: Inline[] = [];
  let words = "";
  const flush = () => {
    if (words) parts.push({ kind: "text", text: words });
    words = "";
  };
  for (let at = 0; at < text.length;) {
    const char = text[at] ?? "";
    const before = text[at - 1];
    // Inside a word an underscore or an h begins nothing.
    const inside = (char === "_" || char === "h") && before !== undefined && /[\p{L}\p{N}]/u.test(before);
    const found = STARTS.test(char) && !inside && depth > 0 ? span(text.slice(at, at + 2400), depth - 1) : null;
    if (found) {
      flush();
      parts.push(found.part);
      at += found.length;
    } else {
      words += char;
      at += 1;
    }
  }
  flush();
  return parts;
}

function span(text: string, depth: number): { part: Inline; length: number } | null {
  for (const [pattern, make] of SPANS) {
    const found = pattern.exec(text);
    if (found) return { part: make(found, depth), length: found[0].length };
  }
  return null;
}

const HEADING = /^#{1,6} +(.*)$/;
const BULLET = /^\s{0,6}[-*+] +(.*)$/;
const NUMBER = /^\s{0,6}\d{1,4}[.)] +(.*)$/;
const QUOTE = /^> ?(.*)$/;

/** Lines that go on as the first of them began. */
function run(lines: string[], from: number, pattern: RegExp): string[] {
  const found: string[] = [];
  for (let at = from; at < lines.length; at += 1) {
    const match = pattern.exec(lines[at] ?? "");
    if (!match) break;
    found.push(match[1] ?? "");
  }
  return found;
}

const PLAIN = /^(?!#{1,6} )(?!\s{0,6}[-*+] )(?!\s{0,6}\d{1,4}[.)] )(?!> ?)(?!```)(.*\S.*)$/;

export function blocks(source: string): Block[] {
  const lines = source.replaceAll("\r\n", "\n").split("\n");
  const out: Block[] = [];
  for (let at = 0; at < lines.length;) {
    const line = lines[at] ?? "";
    if (line.startsWith("```")) {
      const end = lines.findIndex((l, n) => n > at && l.startsWith("```"));
      const last = end < 0 ? lines.length : end;
      out.push({ kind: "code", text: lines.slice(at + 1, last).join("\n") });
      at = last + 1;
      continue;
    }
    const heading = HEADING.exec(line);
    const quote = run(lines, at, QUOTE);
    const bullets = run(lines, at, BULLET);
    const numbers = run(lines, at, NUMBER);
    const plain = run(lines, at, PLAIN);
    if (heading) out.push({ kind: "heading", lines: [inline(heading[1] ?? "")] });
    else if (quote.length > 0) out.push({ kind: "quote", lines: quote.map((l) => inline(l)) });
    else if (bullets.length > 0) out.push({ kind: "list", ordered: false, items: bullets.map((l) => inline(l)) });
    else if (numbers.length > 0) out.push({ kind: "list", ordered: true, items: numbers.map((l) => inline(l)) });
    else if (plain.length > 0) out.push({ kind: "paragraph", lines: plain.map((l) => inline(l)) });
    at += Math.max(1, quote.length || bullets.length || numbers.length || plain.length);
  }
  return out;
}
