import { useEffect, useRef } from "react";
import type { RunContext } from "@/api/types";
import { cn } from "@/lib/cn";
import { fill, type Command } from "./commands";

export const optionId = (list: string, name: string): string => `${list}-${name}`;

/** What can be asked, above the box; the box keeps the focus and says which one is picked. */
export function SlashMenu(props: {
  id: string;
  commands: Command[];
  picked: number;
  kind: RunContext["type"] | null;
  onPick: (command: Command) => void;
}) {
  const { id, commands, picked } = props;
  const list = useRef<HTMLUListElement>(null);
  useEffect(() => {
    list.current?.querySelector("[aria-selected=true]")?.scrollIntoView({ block: "nearest" });
  }, [picked]);
  return (
    <div className="absolute inset-x-0 bottom-full z-10 mb-1.5 animate-fade overflow-hidden rounded-xl bg-surface shadow-3">
      {commands.length === 0 ? (
        <p role="status" className="px-3 py-2.5 text-cell text-fg-3">
          Nothing is called that. Ask in your own words instead.
        </p>
      ) : (
        <ul
          ref={list}
          id={id}
          role="listbox"
          aria-label="What can be asked"
          tabIndex={0}
          className="max-h-[min(320px,40dvh)] scroll-thin overflow-y-auto p-1"
        >
          {commands.map((command, at) => (
            <li
              key={command.name}
              id={optionId(id, command.name)}
              role="option"
              aria-selected={at === picked}
              // The box keeps the focus.
              onPointerDown={(e) => e.preventDefault()}
              onClick={() => props.onPick(command)}
              className={cn(
                "flex cursor-pointer flex-col rounded-md px-2 py-1 hover:bg-muted pointer-coarse:min-h-11 pointer-coarse:justify-center",
                at === picked && "bg-accent-soft hover:bg-accent-soft",
              )}
            >
              <span className="flex items-baseline gap-2 text-cell">
                <span className="font-medium text-fg">/{command.name}</span>
                <span className="min-w-0 flex-1 truncate text-fg-2">{command.about}</span>
              </span>
              <span className="truncate text-meta text-fg-3">{fill(command, props.kind).text}</span>
            </li>
          ))}
        </ul>
      )}
    </div>
  );
}
