/** Under a field that is being edited: what somebody else has made of it meanwhile, and which of the two it is to be. */
import type { FocusEvent, ReactNode } from "react";
import type { Ref } from "@/api/types";
import { Button } from "@/components/ui/button";
import { PersonMark } from "@/components/ui/marks";
import { cn } from "@/lib/cn";
import type { Mark } from "./marks";
import { whose } from "./words";

export interface TheirsProps {
  mark: Mark | undefined;
  /** The value as it is now. */
  shown: ReactNode;
  onTake: () => void;
  /** One goes on with one's own, knowing theirs. */
  onKeep?: () => void;
}

const face = (who: Ref) => <PersonMark id={who.id} name={who.name} size={16} />;

/** One goes on with one's own where one was. */
function keep(at: Element, onKeep: (() => void) | undefined): void {
  const field = at.closest("[data-slot=editor]")?.querySelector<HTMLElement>("input, textarea");
  onKeep?.();
  field?.focus();
}

export function Theirs(props: {
  id?: string;
  theirs: TheirsProps | undefined;
  closed?: string | undefined;
  onClose?: () => void;
  onBlur?: (event: FocusEvent) => void;
  /** Over what is below, which stays where it is. */
  floats?: boolean;
}) {
  const { theirs, closed } = props;
  const empty = theirs && (theirs.shown === null || theirs.shown === "" || theirs.shown === undefined);
  return (
    <span
      id={props.id}
      role="status"
      onBlur={props.onBlur}
      onKeyDown={(e) => {
        if (e.key !== "Escape" || !props.onClose) return;
        e.stopPropagation();
        props.onClose();
      }}
      // What is pressed here does not take the caret out of the field.
      onPointerDown={(e) => e.preventDefault()}
      onMouseDown={(e) => e.preventDefault()}
      className={cn(
        "flex flex-wrap items-center gap-x-2 gap-y-1 text-meta font-normal text-fg-2",
        props.floats
          ? "absolute top-full left-0 z-20 mt-1 w-max max-w-72 rounded-md border border-line-strong bg-surface px-2 py-1.5 text-left whitespace-normal shadow-3"
          : "border-b border-line px-2.5 py-1.5",
      )}
    >
      {closed ? (
        <span>{closed} What you typed can be copied from here.</span>
      ) : (
        theirs && (
          <>
            <span className="flex min-w-0 items-center gap-1.5">
              {theirs.mark && face(theirs.mark.who)}
              <span className="min-w-0 break-words">
                {whose(theirs.mark)} {empty ? "cleared this" : "changed this to "}
                {!empty && <span className="font-medium text-fg">{theirs.shown}</span>}
              </span>
            </span>
            <span className="flex gap-1">
              <Button type="button" size="row" onClick={theirs.onTake}>
                Take theirs
              </Button>
              {theirs.onKeep && (
                <Button type="button" size="row" onClick={(e) => keep(e.currentTarget, theirs.onKeep)}>
                  Keep mine
                </Button>
              )}
            </span>
          </>
        )
      )}
      {closed && props.onClose && (
        <Button type="button" size="row" onClick={props.onClose}>
          Close
        </Button>
      )}
    </span>
  );
}
