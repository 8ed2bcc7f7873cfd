/** One part of a conversion: a record that was found, a new one, or none. */
import { useId, type ReactNode } from "react";
import type { MatchedBy } from "@/api/types";
import { Badge } from "@/components/ui/badge";
import { cn } from "@/lib/cn";

const FOUND: Record<MatchedBy, string> = {
  email: "same e-mail",
  domain: "same domain",
  name: "same name",
  similar_name: "similar name",
};

interface Candidate {
  id: string;
  name: string;
  detail: string;
  matched_by: MatchedBy[];
}

interface Props {
  title: string;
  candidates: Candidate[];
  /** An id, `new` or `none`. */
  value: string;
  onChange: (value: string) => void;
  /** The new one in words; null when there can't be one. */
  fresh: string | null;
  none: string;
  /** Beneath "new" while it is chosen. */
  children?: ReactNode;
  error?: string | undefined;
}

export function ConvertPart(props: Props) {
  const name = useId();
  const choice = (value: string, label: ReactNode) => (
    <label
      key={value}
      className={cn(
        "flex min-h-9 cursor-pointer items-center gap-2.5 rounded-md border border-line px-2.5 py-1.5 text-cell text-fg hover:bg-muted pointer-coarse:min-h-11",
        props.value === value && "border-accent bg-accent-soft",
      )}
    >
      <input
        type="radio"
        name={name}
        value={value}
        checked={props.value === value}
        onChange={() => props.onChange(value)}
        className="accent-accent"
      />
      {label}
    </label>
  );
  return (
    <fieldset className="flex flex-col gap-1.5">
      <legend className="mb-1.5 text-cell font-medium text-fg">{props.title}</legend>
      {props.candidates.map((c) =>
        choice(
          c.id,
          <span className="flex min-w-0 flex-1 flex-wrap items-center gap-x-2 gap-y-1">
            <span className="truncate font-medium">{c.name}</span>
            {c.detail && <span className="truncate text-fg-3">{c.detail}</span>}
            <span className="ml-auto flex gap-1">
              {c.matched_by.map((by) => (
                <Badge key={by} kind={by === "similar_name" ? "outline" : "ok"}>
                  {FOUND[by]}
                </Badge>
              ))}
            </span>
          </span>,
        ),
      )}
      {props.fresh !== null && choice("new", <span className="truncate">{props.fresh}</span>)}
      {props.value === "new" && props.children}
      {choice("none", <span className="text-fg-2">{props.none}</span>)}
      {props.error && (
        <p role="alert" className="text-meta text-bad-text">
          {props.error}
        </p>
      )}
    </fieldset>
  );
}
