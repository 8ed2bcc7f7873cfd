import { useQuery } from "@tanstack/react-query";
import { useRef } from "react";
import type { MaterialKind } from "@/api/types";
import { Field } from "@/components/ui/field";
import { Input, Select, Textarea } from "@/components/ui/input";
import { placeholdersQuery } from "./queries";

export interface Draft {
  title: string;
  summary: string;
  subject: string;
  body: string;
}

export function MaterialFields(props: {
  kind: MaterialKind;
  draft: Draft;
  errors: Partial<Record<keyof Draft, string>>;
  onChange: (draft: Draft) => void;
}) {
  const { kind, draft, errors } = props;
  const put = (part: Partial<Draft>) => props.onChange({ ...draft, ...part });
  const body = useRef<HTMLTextAreaElement>(null);
  /** At the caret, which then stands behind it. */
  const insert = (name: string) => {
    const at = body.current?.selectionStart ?? draft.body.length;
    put({ body: `${draft.body.slice(0, at)}{{${name}}}${draft.body.slice(at)}` });
    body.current?.focus();
  };
  return (
    <>
      <Field label="Title" required error={errors.title}>
        {(w) => <Input {...w} value={draft.title} maxLength={200} onChange={(e) => put({ title: e.target.value })} />}
      </Field>
      <Field label="When it is of use" error={errors.summary}>
        {(w) => (
          <Input {...w} value={draft.summary} maxLength={500} onChange={(e) => put({ summary: e.target.value })} />
        )}
      </Field>
      {kind === "email_template" && (
        <Field label="Subject" error={errors.subject}>
          {(w) => (
            <Input {...w} value={draft.subject} maxLength={300} onChange={(e) => put({ subject: e.target.value })} />
          )}
        </Field>
      )}
      <Field
        label="Text"
        required
        error={errors.body}
        hint={kind === "email_template" ? undefined : "Markdown: # for headings, - for lists, ** for what is bold"}
        aside={kind === "email_template" && <Placeholders onPick={insert} />}
      >
        {(w) => (
          <Textarea
            {...w}
            ref={body}
            rows={20}
            className="font-mono text-code"
            value={draft.body}
            maxLength={50_000}
            onChange={(e) => put({ body: e.target.value })}
          />
        )}
      </Field>
    </>
  );
}

function Placeholders({ onPick }: { onPick: (name: string) => void }) {
  const placeholders = useQuery(placeholdersQuery()).data ?? [];
  return (
    <Select
      aria-label="Insert a placeholder"
      className="w-56 max-md:w-40"
      value=""
      onChange={(e) => e.target.value && onPick(e.target.value)}
    >
      <option value="">Insert a placeholder…</option>
      {placeholders.map((p) => (
        <option key={p.name} value={p.name}>
          {p.label}
        </option>
      ))}
    </Select>
  );
}
