import { useQuery } from "@tanstack/react-query";
import { customFieldsQuery } from "@/api/shared";
import type { Present, SubjectType } from "@/api/types";
import { PersonMark } from "@/components/ui/marks";
import { Tip } from "@/components/ui/tooltip";
import { fieldWords, firstName } from "./live/words";
import { usePresence } from "./presence";

const SHOWN = 4;

/** Marks of the others who have this record open; one who edits is ringed, and comes first. */
export function PresenceRow({ type, id }: { type: SubjectType; id: string }) {
  const there = usePresence(type, id);
  const custom = useQuery(customFieldsQuery()).data ?? [];
  const words = (field: string) =>
    custom.find((f) => f.object === type && `custom.${f.key}` === field)?.label ?? fieldWords(field);
  const said = (p: Present) => (p.field ? `${p.user.name} is editing the ${words(p.field)}` : `${p.user.name} is here`);
  const ordered = [...there].sort((a, b) => Number(b.field !== null) - Number(a.field !== null));
  const [shown, rest] = [ordered.slice(0, SHOWN), ordered.slice(SHOWN)];
  const busy = ordered.filter((p) => p.field !== null);
  return (
    <span className="flex min-h-7 shrink-0 items-center gap-1">
      <span role="status" className="sr-only">
        {ordered.map(said).join(", ")}
      </span>
      {busy[0]?.field && (
        <span aria-hidden className="mr-1 max-w-64 truncate text-meta text-fg-3 max-lg:hidden">
          {firstName(busy[0].user.name)} is editing {words(busy[0].field)}
          {busy.length > 1 && `, ${busy.length - 1} more`}
        </span>
      )}
      {shown.map((p) => (
        <Tip key={p.user.id} label={said(p)}>
          <span
            tabIndex={0}
            data-editing={p.field !== null}
            className="grid size-7 place-items-center rounded-full border-2 border-transparent data-[editing=true]:border-accent"
          >
            <PersonMark id={p.user.id} name={p.user.name} />
          </span>
        </Tip>
      ))}
      {rest.length > 0 && (
        <Tip label={rest.map((p) => p.user.name).join(", ")}>
          <span tabIndex={0} className="rounded-sm px-0.5 text-meta text-fg-3">
            +{rest.length}
          </span>
        </Tip>
      )}
    </span>
  );
}
