/** A material as its readers see it: Markdown, or a letter with examples in place of its placeholders. */
import { useQuery } from "@tanstack/react-query";
import type { MaterialKind } from "@/api/types";
import { NoteBody } from "@/components/crm/notes/note-body";
import { filled } from "./fill";
import { placeholdersQuery } from "./queries";

export function MaterialPreview(props: { kind: MaterialKind; subject: string; body: string }) {
  if (props.kind !== "email_template")
    return (
      <div className="text-cell text-fg-2">
        <NoteBody body={props.body} mentions={[]} />
      </div>
    );
  return (
    <div className="flex flex-col gap-3 text-cell">
      {props.subject && (
        <p className="border-b border-line pb-2 font-medium text-fg">
          <Letter text={props.subject} />
        </p>
      )}
      <p className="break-words whitespace-pre-wrap text-fg-2">
        <Letter text={props.body} />
      </p>
    </div>
  );
}

function Letter({ text }: { text: string }) {
  const placeholders = useQuery(placeholdersQuery()).data ?? [];
  return filled(text, placeholders).map((part, n) =>
    part.placeholder ? (
      <span key={n} className="rounded-xs bg-accent-soft px-0.5 text-accent-text" title={part.placeholder}>
        {part.text}
      </span>
    ) : (
      <span key={n}>{part.text}</span>
    ),
  );
}
