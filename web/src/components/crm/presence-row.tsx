import type { SubjectType } from "@/api/types";
import { PersonMark } from "@/components/ui/marks";
import { Tip } from "@/components/ui/tooltip";
import { usePresence } from "./presence";

const SHOWN = 4;

/** `close_date` as a person says it: close date. */
const words = (field: string): string =>
  field
    .replace(/^custom\./, "")
    .replace(/_id$/, "")
    .replaceAll("_", " ");

/** Marks of the others who have this record open; one who edits is ringed. */
export function PresenceRow({ type, id }: { type: SubjectType; id: string }) {
  const there = usePresence(type, id);
  const said = (p: (typeof there)[number]) =>
    p.field ? `${p.user.name} is editing the ${words(p.field)}` : `${p.user.name} is here`;
  return (
    <span className="flex shrink-0 items-center gap-1">
      <span role="status" className="sr-only">
        {there.map(said).join(", ")}
      </span>
      {there.slice(0, SHOWN).map((p) => (
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
      {there.length > SHOWN && <span className="text-meta text-fg-3">+{there.length - SHOWN}</span>}
    </span>
  );
}
