/** Round is a person, a filled square with a spark is an agent, an outlined square with a letter is a company. */
import { KeyRound, Sparkle, Upload, Workflow, Zap } from "lucide-react";
import type { CSSProperties } from "react";
import { cn } from "@/lib/cn";
import { initials } from "@/lib/format";

const HUES = [25, 60, 110, 155, 200, 245, 290, 335];

function hue(id: string): number {
  let hash = 0;
  for (const char of id) hash = (hash * 31 + (char.codePointAt(0) ?? 0)) >>> 0;
  return HUES[hash % HUES.length] ?? 245;
}

const SIZES = { 16: "size-4 text-[7px]", 20: "size-5 text-[8.5px]", 28: "size-7 text-micro" };
export type MarkSize = keyof typeof SIZES;

/** A person's own ground and words upon it. */
export const personColours = (id: string): CSSProperties => ({
  background: `oklch(var(--mark-ground) ${hue(id)})`,
  color: `oklch(var(--mark-text) ${hue(id)})`,
});

export function PersonMark({ id, name, size = 20 }: { id: string; name: string; size?: MarkSize }) {
  return (
    <span
      aria-hidden
      data-slot="person-mark"
      className={cn("inline-grid shrink-0 place-items-center rounded-full font-semibold tracking-normal", SIZES[size])}
      style={personColours(id)}
    >
      {initials(name)}
    </span>
  );
}

export function AgentMark({ size = 20 }: { size?: MarkSize }) {
  return (
    <span
      aria-hidden
      data-slot="agent-mark"
      className={cn(
        "inline-grid shrink-0 place-items-center bg-agent text-on-agent",
        size === 28 ? "size-7 rounded-md" : cn("rounded-xs", SIZES[size]),
      )}
    >
      <Sparkle className={size === 28 ? "size-4" : size === 20 ? "size-3" : "size-2.5"} strokeWidth={2} />
    </span>
  );
}

export function CompanyMark({ name, size = 18 }: { name: string; size?: 16 | 18 | 28 }) {
  return (
    <span
      aria-hidden
      data-slot="company-mark"
      className={cn(
        "inline-grid shrink-0 place-items-center rounded-xs border border-line-strong bg-surface font-medium text-fg-2",
        size === 28 ? "size-7 text-cell" : size === 18 ? "size-[18px] text-[10px]" : "size-4 text-[9px]",
      )}
    >
      {(name.trim()[0] ?? "?").toUpperCase()}
    </span>
  );
}

/** An import, a rule or an outside client: an outlined square with its glyph. */
export function SystemMark({ kind, size = 28 }: { kind: "import" | "system" | "key" | "automation"; size?: 20 | 28 }) {
  const Glyph = kind === "import" ? Upload : kind === "key" ? KeyRound : kind === "automation" ? Zap : Workflow;
  return (
    <span
      aria-hidden
      className={cn(
        "inline-grid shrink-0 place-items-center rounded-md border border-line-strong bg-surface text-fg-3",
        size === 28 ? "size-7" : "size-5",
      )}
    >
      <Glyph className={size === 28 ? "size-4" : "size-3"} />
    </span>
  );
}

export function Person({
  person,
  className,
}: {
  person: { id: string; name: string } | null | undefined;
  className?: string;
}) {
  if (!person) return null;
  return (
    <span className={cn("inline-flex max-w-full min-w-0 items-center gap-1.5", className)}>
      <PersonMark id={person.id} name={person.name} />
      <span className="truncate">{person.name}</span>
    </span>
  );
}

export function Company({ name, className }: { name: string; className?: string }) {
  return (
    <span className={cn("inline-flex max-w-full min-w-0 items-center gap-1.5", className)}>
      <CompanyMark name={name} />
      <span className="truncate">{name}</span>
    </span>
  );
}

export function ProductMark({ className }: { className?: string }) {
  return (
    <svg aria-hidden viewBox="0 0 28 28" className={cn("size-6 shrink-0", className)}>
      <rect width="28" height="28" rx="7" className="fill-accent" />
      <path className="fill-on-accent" d="M6 7h16v5h-2.2V9.8h-1.6L20 21H8l1.8-11.2H8.2V12H6z" />
    </svg>
  );
}
