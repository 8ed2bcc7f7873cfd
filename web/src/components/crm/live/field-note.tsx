/** Below a field of a form: what others have made of it while the form is open. */
import type { ReactNode } from "react";
import { Button } from "@/components/ui/button";
import { PersonMark } from "@/components/ui/marks";
import { plain, useMarks, type Mark } from "./marks";
import { whose } from "./words";

interface LiveDraft<T> {
  clashes: (field: keyof T) => boolean;
  moved: (field: keyof T) => boolean;
  take: (field: keyof T) => void;
}

/** `names` has the API's name of each field; `theirs` says a field's value as it is now. */
export function useFieldNotes<T>(
  id: string,
  live: LiveDraft<T>,
  names: Partial<Record<keyof T, string>>,
  theirs: (field: keyof T) => ReactNode,
) {
  const marked = useMarks(id);
  return (field: keyof T): ReactNode => {
    const mark = marked?.[plain(names[field] ?? String(field))];
    if (live.clashes(field)) return <Clash mark={mark} theirs={theirs(field)} onTake={() => live.take(field)} />;
    if (!live.moved(field)) return undefined;
    return (
      <span role="status" className="inline-flex animate-fade items-center gap-1.5">
        {mark && <PersonMark id={mark.who.id} name={mark.who.name} size={16} />}
        {whose(mark)} changed this just now
      </span>
    );
  };
}

/** Theirs beside mine, to be taken. */
export function Clash(props: { mark: Mark | undefined; theirs: ReactNode; onTake: () => void }) {
  const { mark, theirs } = props;
  const empty = theirs === "" || theirs === null || theirs === undefined;
  return (
    <span role="status" className="inline-flex flex-wrap items-center gap-x-1.5 gap-y-1 text-fg-2">
      {mark && <PersonMark id={mark.who.id} name={mark.who.name} size={16} />}
      <span className="min-w-0 break-words">
        {whose(mark)} {empty ? "cleared this" : "changed this to "}
        {!empty && <span className="font-medium text-fg">{theirs}</span>}
      </span>
      <Button variant="link" className="text-meta" onClick={props.onTake}>
        Take theirs
      </Button>
    </span>
  );
}

/** A form whose record is gone, or no longer theirs to change. */
export function GoneNote({ what }: { what: string }) {
  return (
    <p role="status" className="rounded-lg bg-warn-soft px-3 py-1.5 text-cell text-fg">
      You no longer have access to this {what}. What you have typed stays here, to be copied.
    </p>
  );
}
