import { ArrowRight } from "lucide-react";
import type { KeyboardEvent } from "react";
import type { Scope } from "@/api/types";
import { Menu } from "@/components/ui/menu";
import { cn } from "@/lib/cn";
import { scopeWord } from "./role-words";

const PIPS: Record<Scope, number> = { none: 0, own: 1, team: 2, all: 3 };

export function Pips({ scope }: { scope: Scope }) {
  return (
    <span aria-hidden className="flex gap-0.5">
      {[1, 2, 3].map((n) => (
        <span key={n} className={cn("h-2.5 w-1 rounded-[1px]", n <= PIPS[scope] ? "bg-fg-2" : "bg-active")} />
      ))}
    </span>
  );
}

/** How far an action reaches: a menu. An action that does not exist is a short line, which is not "None". */
export function ScopeCell(props: {
  id: string;
  label: string;
  saved: Scope;
  draft: Scope | undefined;
  scopes: Scope[] | undefined;
  readOnly: boolean;
  onKeyDown: (event: KeyboardEvent) => void;
  onSet: (scope: Scope) => void;
}) {
  const { saved, draft, scopes } = props;
  if (!scopes) return <span className="px-1.5 text-fg-3">–</span>;
  const now = draft ?? saved;
  const word = (
    <span
      className={cn(
        "inline-flex items-center gap-1.5",
        now === "none" ? "text-fg-3" : "text-fg",
        draft && "font-medium",
      )}
    >
      {!draft && <Pips scope={now} />}
      {draft && (
        <>
          <s className="font-normal text-fg-3">{scopeWord(saved)}</s>
          <ArrowRight className="size-3 text-fg-3" aria-label="becomes" />
        </>
      )}
      {scopeWord(now)}
    </span>
  );
  if (props.readOnly) return <span className="px-1.5">{word}</span>;
  return (
    <Menu
      trigger={
        <button
          type="button"
          data-cell={props.id}
          aria-label={`${props.label}: ${draft ? `${scopeWord(saved)}, becomes ${scopeWord(draft)}` : scopeWord(now)}`}
          onKeyDown={props.onKeyDown}
          className={cn(
            "inline-flex h-7 items-center rounded-md border border-transparent px-1.5 whitespace-nowrap hover:bg-muted focus-visible:-outline-offset-1 max-md:h-11",
            draft && "border-accent bg-accent-soft hover:bg-accent-soft",
          )}
        >
          {word}
        </button>
      }
      items={scopes.map((scope) => ({
        label: scopeWord(scope),
        icon: <Pips scope={scope} />,
        checked: scope === now,
        run: () => props.onSet(scope),
      }))}
    />
  );
}
