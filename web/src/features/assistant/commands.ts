/** What a slash offers: requests that are understood without a model, with the places in them that are still to be filled. Pure. */
import type { RunContext } from "@/api/types";

type Kind = RunContext["type"];

export interface Command {
  name: string;
  about: string;
  /** The permission without which it would come to nothing. */
  needs: readonly [object: string, action: string];
  /** `[name]` is to be filled in before it is sent; `{this quarter}` may be typed over. */
  phrase: string;
  /** The same on a record's page. */
  on?: Partial<Record<Kind, string>>;
}

const READ = ["opportunity", "read"] as const;
const on = (phrase: string, kinds: Kind[]): Partial<Record<Kind, string>> =>
  Object.fromEntries(kinds.map((kind) => [kind, phrase]));
const PARTIES: Kind[] = ["account", "contact", "lead"];
const ANY: Kind[] = ["opportunity", ...PARTIES];

export const COMMANDS: Command[] = [
  { name: "day", about: "What to do first today, and why", needs: ["agent", "use"], phrase: "what should I do today?" },
  { name: "deals", about: "A list of deals", needs: READ, phrase: "show my open deals {closing this quarter}" },
  { name: "pipeline", about: "The open pipeline by stage", needs: READ, phrase: "pipeline by {stage}" },
  {
    name: "summary",
    about: "A record in a few sentences",
    needs: READ,
    phrase: "summarise the [name] deal",
    on: { opportunity: "summarise this deal", ...on("summarise this record", PARTIES) },
  },
  {
    name: "activity",
    about: "What happened with somebody, and when last",
    needs: ["activity", "read"],
    phrase: "when did we last talk to [name]?",
    on: on("when did we last talk to them?", ANY),
  },
  {
    name: "task",
    about: "A task or a reminder, as a proposal",
    needs: ["task", "create"],
    phrase: "remind me to call [name] {on Friday}",
    on: on("remind me to follow up with them {on Friday}", ANY),
  },
  {
    name: "meeting",
    about: "A meeting with a reminder, as a proposal",
    needs: ["task", "create"],
    phrase: "book a meeting with [name] {on Monday at 3 pm}",
    on: on("book a meeting with them {on Monday at 3 pm}", ANY),
  },
  {
    name: "email",
    about: "A letter to read, change and send yourself",
    needs: ["contact", "read"],
    phrase: "draft a follow-up e-mail to [name]",
    on: { opportunity: "draft a follow-up e-mail for this deal", ...on("draft a follow-up e-mail to them", PARTIES) },
  },
  {
    name: "move",
    about: "A deal to another stage, as a proposal",
    needs: ["opportunity", "update"],
    phrase: "move the [name] deal to [stage]",
    on: { opportunity: "move this deal to [stage]" },
  },
  {
    name: "change",
    about: "Another amount, date or owner, as a proposal",
    needs: ["opportunity", "update"],
    phrase: "set the {close date} of the [name] deal to [value]",
    on: { opportunity: "set the {close date} of this deal to [value]" },
  },
  {
    name: "next",
    about: "Where a deal could go, and what is missing",
    needs: ["opportunity", "update"],
    phrase: "suggest the next stage for the [name] deal",
    on: { opportunity: "suggest the next stage for this deal" },
  },
  { name: "stalled", about: "Deals that stand still", needs: READ, phrase: "which of my deals are stalled?" },
  {
    name: "duplicates",
    about: "Records that may be the same",
    needs: ["account", "read"],
    phrase: "find duplicates of [name]",
    on: on("find duplicates of this record", PARTIES),
  },
  {
    name: "approvals",
    about: "What waits for your approval",
    needs: ["agent", "use"],
    phrase: "what needs my approval?",
  },
  {
    name: "analytics",
    about: "Win rate, cycle, velocity or conversion",
    needs: READ,
    phrase: "average sales cycle by owner {this year}",
  },
  { name: "winrate", about: "The win rate by group", needs: READ, phrase: "win rate by {industry}" },
  { name: "top", about: "Who sold most", needs: READ, phrase: "top 5 reps by revenue {this year}" },
  { name: "forecast", about: "The weighted pipeline", needs: READ, phrase: "weighted pipeline {this quarter}" },
  {
    name: "knowledge",
    about: "What was written in notes, files and playbooks",
    needs: READ,
    phrase: "what did customers say about [the price]?",
  },
  { name: "accounts", about: "A list of accounts", needs: ["account", "read"], phrase: "list my accounts" },
  {
    name: "contacts",
    about: "Whom we know somewhere",
    needs: ["contact", "read"],
    phrase: "who do we know at [account]?",
  },
  { name: "leads", about: "A list of leads", needs: ["lead", "read"], phrase: "show my leads" },
  {
    name: "score",
    about: "A lead’s score and why",
    needs: ["lead", "read"],
    phrase: "score the lead [name]",
    on: { lead: "score this" },
  },
  {
    name: "enrich",
    about: "What public sources know of a company",
    needs: ["account", "read"],
    phrase: "enrich the account [name]",
    on: on("enrich this record", ["account", "lead"]),
  },
];

/** What follows the slash, while nothing else is typed; null when there is no slash. */
export function slashed(text: string): string | null {
  return /^\/(\w*)$/.exec(text)?.[1]?.toLowerCase() ?? null;
}

/** The commands that fit what was typed, by their names first; those of the record on the page before the others. */
export function offered(typed: string, kind: Kind | null, may: (object: string, action: string) => boolean): Command[] {
  const fits = COMMANDS.filter((c) => may(...c.needs));
  const here = (c: Command): number => (kind && c.on?.[kind] ? 0 : 1);
  const named = fits.filter((c) => c.name.startsWith(typed));
  const said = fits.filter(
    (c) => !c.name.startsWith(typed) && typed.length > 1 && c.about.toLowerCase().includes(typed),
  );
  return [...named.sort((a, b) => here(a) - here(b)), ...said];
}

/** Words in the box, and what of them is selected. */
export interface Filled {
  text: string;
  from: number;
  to: number;
}

/** The command's phrase, with the first place to be filled selected, else what may be typed over; else the caret at its end. */
export function fill(command: Command, kind: Kind | null): Filled {
  const phrase = (kind && command.on?.[kind]) ?? command.phrase;
  const text = phrase.replace(/[{}]/g, "");
  const gap = gapIn(text);
  if (gap) return { text, ...gap };
  const [, before = "", may] = /^(.*?)\{(.*?)\}/.exec(phrase) ?? [];
  return may === undefined
    ? { text, from: text.length, to: text.length }
    : { text, from: before.length, to: before.length + may.length };
}

/** The first place from here on that nobody has filled in; from the start when there is none behind. */
export function gapIn(text: string, after = 0): { from: number; to: number } | null {
  const gaps = [...text.matchAll(/\[[a-z ]+\]/g)].map((m) => ({ from: m.index, to: m.index + m[0].length }));
  return gaps.find((gap) => gap.from >= after) ?? gaps[0] ?? null;
}
